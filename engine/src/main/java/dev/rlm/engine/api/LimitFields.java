package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import dev.rlm.engine.repl.RequestedLimits;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The limits that a request may lower, each under the name that a trajectory tells it by. */
final class LimitFields {

  static final Set<String> NAMES =
      Set.of(
          "max_iterations",
          "max_total_iterations",
          "max_depth",
          "max_sub_calls",
          "max_concurrent_calls",
          "max_prompt_tokens",
          "max_output_tokens",
          "max_cost",
          "max_seconds",
          "shown_per_block",
          "max_shown",
          "direct_characters");

  private static final int NANOS = 9;

  private final Fields fields;

  private LimitFields(Fields fields) {
    this.fields = fields;
  }

  /**
   * Reads the limits among an object's fields.
   *
   * @throws ApiException when one is no number, or leaves no room for a run
   */
  static RequestedLimits read(Fields fields) {
    LimitFields limits = new LimitFields(fields);
    return new RequestedLimits(
        limits.integer("max_iterations", 1),
        limits.integer("max_total_iterations", 1),
        limits.integer("max_depth", 1),
        limits.integer("max_sub_calls", 0),
        limits.integer("max_concurrent_calls", 1),
        whole(fields, "max_prompt_tokens", 1),
        whole(fields, "max_output_tokens", 1),
        limits.number("max_cost"),
        limits.number("max_seconds").map(limits::duration),
        limits.integer("shown_per_block", 1),
        whole(fields, "max_shown", 0),
        limits.integer("direct_characters", 0));
  }

  private Optional<Integer> integer(String name, int least) {
    return whole(fields, name, least).map(value -> (int) Math.min(value, Integer.MAX_VALUE));
  }

  /**
   * Returns a field that must be a whole number where it is there.
   *
   * @throws ApiException when it is something else, or less than {@code least}
   */
  static Optional<Long> whole(Fields fields, String name, long least) {
    Optional<JsonNode> value = fields.value(name).filter(node -> !node.isNull());
    if (value.isPresent()
        && !(value.get().isIntegralNumber()
            && value.get().canConvertToLong()
            && value.get().longValue() >= least)) {
      throw wrong(name, value.get(), "a whole number of at least " + least);
    }
    return value.map(JsonNode::longValue);
  }

  private Optional<BigDecimal> number(String name) {
    Optional<JsonNode> value = fields.value(name).filter(node -> !node.isNull());
    if (value.isPresent() && !(value.get().isNumber() && value.get().decimalValue().signum() >= 0)) {
      throw wrong(name, value.get(), "a number of at least 0");
    }
    return value.map(JsonNode::decimalValue);
  }

  private Duration duration(BigDecimal seconds) {
    if (seconds.signum() == 0) {
      throw wrong("max_seconds", IntNode.valueOf(0), "more than 0");
    }
    // A year is beyond every configured limit, and fits.
    BigDecimal bounded = seconds.min(BigDecimal.valueOf(Duration.ofDays(365).toSeconds()));
    return Duration.ofNanos(Math.max(1, bounded.movePointRight(NANOS).longValue()));
  }

  private static ApiException wrong(String name, JsonNode value, String expected) {
    return new ApiException(
        ErrorCode.INVALID_REQUEST,
        "the field \"%s\" is %s, not %s".formatted(name, Fields.shown(value), expected),
        name);
  }
}
