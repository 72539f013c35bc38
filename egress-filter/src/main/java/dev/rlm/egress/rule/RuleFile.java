package dev.rlm.egress.rule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rlm.egress.Confidence;
import dev.rlm.egress.match.ShapeException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads rules from JSON: an object with a list named {@code rules}. Unknown fields are errors, so
 * that a typing slip is seen.
 */
public final class RuleFile {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private RuleFile() {}

  private record Document(@Nullable List<Entry> rules) {}

  private record Entry(
      @Nullable String id,
      @Nullable String description,
      @Nullable List<String> anchors,
      @Nullable String start,
      @Nullable String lead,
      @Nullable String shape,
      @Nullable String tail,
      @Nullable String check,
      @Nullable String confidence,
      @Nullable Boolean exact,
      @Nullable Boolean bounded,
      @Nullable Integer distinct,
      @Nullable List<String> examples,
      @Nullable List<String> counterExamples) {

    Rule toRule() {
      return new Rule(
          text(id),
          text(description),
          anchors == null ? List.of() : anchors,
          start == null ? RuleStart.ANCHOR : RuleStart.valueOf(start.toUpperCase(Locale.ROOT)),
          text(lead),
          text(shape),
          text(tail),
          text(check),
          confidence == null
              ? Confidence.HIGH
              : Confidence.valueOf(confidence.toUpperCase(Locale.ROOT)),
          exact == null || exact,
          bounded == null || bounded,
          distinct == null ? 6 : distinct,
          examples == null ? List.of() : examples,
          counterExamples == null ? List.of() : counterExamples);
    }

    private static String text(@Nullable String value) {
      return value == null ? "" : value;
    }
  }

  /**
   * Parses a rule file.
   *
   * @param json the file's text
   * @return its rules, in their order
   * @throws ShapeException when the text is no rule file; the message names the rule
   */
  public static List<Rule> parse(String json) {
    Document document;
    try {
      document = MAPPER.readValue(json, Document.class);
    } catch (JsonProcessingException e) {
      throw new ShapeException("the rule file is not valid: " + e.getOriginalMessage());
    }
    if (document.rules() == null) {
      throw new ShapeException("the rule file has no list named rules");
    }
    return document.rules().stream().map(Entry::toRule).toList();
  }
}
