package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/** Turns what callers send into commands, within the bounds of the configuration. */
final class Commands {

  private final Duration timeout;
  private final Duration maxTimeout;
  private final ApiServer.ContextLookup contexts;

  /**
   * Creates the translator.
   *
   * @param timeout for a request that asks for none
   * @param maxTimeout longest that a request may ask for
   */
  Commands(Duration timeout, Duration maxTimeout, ApiServer.ContextLookup contexts) {
    this.timeout = timeout;
    this.maxTimeout = maxTimeout;
    this.contexts = contexts;
  }

  ExecutionCommand of(ExecuteRequest request, String caller, HostCalls calls) {
    return new ExecutionCommand(
        request.code(), context(request.context(), request.contextId(), caller), time(request.timeout()), calls);
  }

  Optional<GuestContext> context(Optional<JsonNode> inline, Optional<String> contextId, String caller) {
    if (contextId.isPresent()) {
      return Optional.of(contexts.find(caller, contextId.get()));
    }
    return inline.map(Json::text).map(GuestContext.Json::new);
  }

  private Duration time(Optional<JsonNode> asked) {
    if (asked.isEmpty()) {
      return timeout;
    }
    JsonNode node = asked.get();
    if (!node.isNumber()) {
      throw Fields.invalid("the field \"timeout\" is %s, not a number of seconds".formatted(Fields.kind(node)));
    }
    BigDecimal seconds = node.decimalValue();
    if (seconds.signum() <= 0 || seconds.compareTo(BigDecimal.valueOf(maxTimeout.toMillis(), 3)) > 0) {
      throw Fields.invalid(
          "the timeout of %s s is not more than 0 and at most %d s".formatted(node.asText(), maxTimeout.toSeconds()));
    }
    return Duration.ofNanos(Math.max(1_000_000, seconds.movePointRight(9).longValue()));
  }
}
