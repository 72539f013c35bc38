package dev.rlm.egress;

import dev.rlm.egress.match.ShapeException;
import dev.rlm.egress.rule.CompiledRule;
import dev.rlm.egress.rule.Rule;
import dev.rlm.egress.rule.RuleFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Known formats of secrets, as data. Immutable.
 *
 * <p>A rule file is JSON: {@code {"rules": [{"id", "description", "anchors", "shape", …}]}}. The
 * module's {@code RULES.md} describes every field.
 */
public final class RuleSet {

  private static final String STANDARD = "/dev/rlm/egress/rules.json";

  private final List<Rule> rules;

  private RuleSet(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /**
   * The rules that come with the filter.
   *
   * @return the built-in rules
   */
  public static RuleSet standard() {
    try (InputStream stream = RuleSet.class.getResourceAsStream(STANDARD)) {
      if (stream == null) {
        throw new IllegalStateException("the built-in rules are missing from the jar");
      }
      return new RuleSet(RuleFile.parse(new String(stream.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a rule file.
   *
   * @param json text of the file
   * @return its rules
   * @throws EgressConfigurationException when the text is no rule file, or a shape cannot be
   *     compiled
   */
  public static RuleSet parse(String json) {
    try {
      List<Rule> rules = RuleFile.parse(json);
      rules.forEach(rule -> new CompiledRule(rule).shapes());
      return new RuleSet(rules);
    } catch (ShapeException e) {
      throw new EgressConfigurationException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Joins two sets; a rule of the other set replaces a rule of the same id in this one.
   *
   * @param other rules to add
   * @return both
   */
  public RuleSet plus(RuleSet other) {
    Map<String, Rule> byId = new LinkedHashMap<>();
    rules.forEach(rule -> byId.put(rule.id(), rule));
    other.rules.forEach(rule -> byId.put(rule.id(), rule));
    return new RuleSet(new ArrayList<>(byId.values()));
  }

  /**
   * The ids of all rules.
   *
   * @return the ids, in the order of the files
   */
  public List<String> ids() {
    return rules.stream().map(Rule::id).toList();
  }

  List<Rule> rules() {
    return rules;
  }
}
