package dev.rlm.egress.rule;

import dev.rlm.egress.Confidence;
import dev.rlm.egress.match.ShapeException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A known format.
 *
 * @param id lower-case words with hyphens; stands in the marker
 * @param description what the secret opens
 * @param anchors literals, one of which stands in every match
 * @param start where the match begins, seen from the anchor
 * @param lead shape before the secret that is kept, of a value that of its name; empty for none
 * @param shape shape of the secret
 * @param tail shape after the secret that is kept; empty for none
 * @param check name of a checksum that raises the confidence; empty for none
 * @param confidence how telling the shape is
 * @param exact whether anchors are taken with their case
 * @param bounded whether the match must not continue a longer token
 * @param distinct least number of different characters in the secret's changing part
 * @param examples texts in which the secret must be found, the secret between ⟦ and ⟧, with {@code
 *     <>} as a break that is taken out
 * @param counterExamples texts which the rule must leave alone
 */
public record Rule(
    String id,
    String description,
    List<String> anchors,
    RuleStart start,
    String lead,
    String shape,
    String tail,
    String check,
    Confidence confidence,
    boolean exact,
    boolean bounded,
    int distinct,
    List<String> examples,
    List<String> counterExamples) {

  private static final Pattern ID = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

  /** Copies the lists and refuses what cannot work. */
  public Rule {
    anchors = List.copyOf(anchors);
    examples = List.copyOf(examples);
    counterExamples = List.copyOf(counterExamples);
    if (!ID.matcher(id).matches() || id.length() > 60) {
      throw new ShapeException(
          "a rule's id is made of at most 60 lower-case letters, digits and single hyphens: " + id);
    }
    if (anchors.isEmpty()) {
      throw new ShapeException("a rule needs an anchor: " + id);
    }
    if (shape.isEmpty()) {
      throw new ShapeException("a rule needs a shape: " + id);
    }
  }
}
