package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.execution.ExecutionCommand;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the body of {@code POST /execute}: {@code code}, and optionally {@code context} and {@code timeout}. */
final class ExecuteRequest {

  private static final List<String> FIELDS = List.of("code", "context", "timeout");

  private ExecuteRequest() {}

  /**
   * Reads a body.
   *
   * @param timeout for a request that asks for none
   * @param maxTimeout longest that a request may ask for
   * @throws ApiException when it is not a valid request
   */
  static ExecutionCommand read(byte[] body, Duration timeout, Duration maxTimeout) {
    JsonNode node = Json.read(body);
    if (!node.isObject()) {
      throw invalid("the body is %s, not a JSON object".formatted(kind(node)));
    }
    for (java.util.Map.Entry<String, JsonNode> field : node.properties()) {
      if (!Set.copyOf(FIELDS).contains(field.getKey())) {
        throw new ApiException(
            ErrorCode.UNKNOWN_FIELD,
            "unknown field \"%s\": the fields are %s".formatted(field.getKey(), String.join(", ", FIELDS)));
      }
    }
    JsonNode context = node.get("context");
    return new ExecutionCommand(
        code(node), Optional.ofNullable(context).map(Json::text), timeout(node, timeout, maxTimeout));
  }

  private static String code(JsonNode node) {
    JsonNode code = node.get("code");
    if (code == null) {
      throw invalid("the field \"code\" is missing: send the Python source to run");
    }
    if (!code.isTextual()) {
      throw invalid("the field \"code\" is %s, not text".formatted(kind(code)));
    }
    return code.textValue();
  }

  private static Duration timeout(JsonNode node, Duration standard, Duration most) {
    JsonNode timeout = node.get("timeout");
    if (timeout == null || timeout.isNull()) {
      return standard;
    }
    if (!timeout.isNumber()) {
      throw invalid("the field \"timeout\" is %s, not a number of seconds".formatted(kind(timeout)));
    }
    BigDecimal seconds = timeout.decimalValue();
    if (seconds.signum() <= 0 || seconds.compareTo(BigDecimal.valueOf(most.toMillis(), 3)) > 0) {
      throw invalid(
          "the timeout of %s s is not more than 0 and at most %d s".formatted(timeout.asText(), most.toSeconds()));
    }
    long nanos = seconds.movePointRight(9).longValue();
    return Duration.ofNanos(Math.max(1_000_000, nanos));
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case BOOLEAN -> "true or false";
      case NUMBER -> "a number";
      case STRING -> "text";
      case NULL -> "null";
      case BINARY, MISSING, POJO -> "something else";
    };
  }

  private static ApiException invalid(String message) {
    return new ApiException(ErrorCode.INVALID_REQUEST, message);
  }
}
