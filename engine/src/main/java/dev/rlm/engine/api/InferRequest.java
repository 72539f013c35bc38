package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.repl.AnswerSchema;
import dev.rlm.engine.repl.RequestedLimits;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A question about a context, as it stands on the wire.
 *
 * @param query the question
 * @param context JSON for the variable {@code context}
 * @param contextId a stored context instead
 * @param model drives the loop
 * @param limits what the run may take at most
 * @param schema what the answer must be
 */
record InferRequest(
    String query,
    Optional<JsonNode> context,
    Optional<String> contextId,
    Optional<String> model,
    RequestedLimits limits,
    Optional<AnswerSchema> schema) {

  private static final Set<String> FIELDS =
      Set.of("query", "context", "context_id", "model", "max_depth", "limits", "schema");

  /** The names of limits. */
  static final Set<String> LIMITS =
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

  private static final BigDecimal LONGEST_SECONDS = BigDecimal.valueOf(1_000_000);

  /**
   * Reads a body.
   *
   * @throws ApiException when it is not a valid request
   */
  static InferRequest read(JsonNode body) {
    Fields fields = Fields.of(body, FIELDS);
    Optional<JsonNode> context = fields.value("context");
    Optional<String> contextId = fields.text("context_id");
    if (context.isPresent() && contextId.isPresent()) {
      throw Fields.invalid("send either \"context\" or \"context_id\", not both");
    }
    String query =
        fields.text("query").orElseThrow(() -> Fields.invalid("the field \"query\" is missing: send the question"));
    return new InferRequest(
        query,
        context,
        contextId,
        fields.text("model"),
        limits(fields.value("limits"), fields.value("max_depth")),
        fields.value("schema").filter(schema -> !schema.isNull()).map(AnswerSchema::of));
  }

  /**
   * Reads limits.
   *
   * @param object the limits by name, null like none
   * @param depth another place for {@code max_depth}
   * @throws ApiException when one of them is none
   */
  static RequestedLimits limits(Optional<JsonNode> object, Optional<JsonNode> depth) {
    Optional<Fields> fields = object.filter(node -> !node.isNull()).map(node -> Fields.of(node, LIMITS));
    Function<String, Optional<JsonNode>> field =
        name -> fields.flatMap(known -> known.value(name)).filter(node -> !node.isNull());
    return new RequestedLimits(
        whole(field, "max_iterations", 1),
        whole(field, "max_total_iterations", 1),
        whole(name -> field.apply(name).or(() -> depth.filter(node -> !node.isNull())), "max_depth", 1),
        whole(field, "max_sub_calls", 0),
        whole(field, "max_concurrent_calls", 1),
        whole(field, "max_prompt_tokens", 1).map(Integer::longValue),
        whole(field, "max_output_tokens", 1).map(Integer::longValue),
        number(field, "max_cost"),
        seconds(field),
        whole(field, "shown_per_block", 1),
        whole(field, "max_shown", 0).map(Integer::longValue),
        whole(field, "direct_characters", 0));
  }

  /** What is more than an integer holds is more than any limit allows, and lowers none. */
  private static Optional<Integer> whole(Function<String, Optional<JsonNode>> field, String name, int least) {
    return field
        .apply(name)
        .map(
            node -> {
              BigDecimal value = node.isNumber() ? node.decimalValue() : BigDecimal.valueOf(-1);
              if (value.compareTo(BigDecimal.valueOf(least)) < 0 || value.stripTrailingZeros().scale() > 0) {
                throw Fields.invalid("the limit \"%s\" is %s, not a whole number from %d".formatted(name, node, least), name);
              }
              return value.min(BigDecimal.valueOf(Integer.MAX_VALUE)).intValue();
            });
  }

  private static Optional<BigDecimal> number(Function<String, Optional<JsonNode>> field, String name) {
    return field
        .apply(name)
        .map(
            node -> {
              if (!node.isNumber() || node.decimalValue().signum() < 0) {
                throw Fields.invalid("the limit \"%s\" is %s, not a number from 0".formatted(name, node), name);
              }
              return node.decimalValue();
            });
  }

  private static Optional<Duration> seconds(Function<String, Optional<JsonNode>> field) {
    return number(field, "max_seconds")
        .map(
            value -> {
              if (value.signum() == 0) {
                throw Fields.invalid("the limit \"max_seconds\" is 0: a run takes some time", "max_seconds");
              }
              return Duration.ofNanos(Math.max(1_000_000, value.min(LONGEST_SECONDS).movePointRight(9).longValue()));
            });
  }
}
