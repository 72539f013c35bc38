package dev.rlm.engine.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Optional;

/** How requests and events look as JSON. */
final class Wire {

  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private Wire() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static String text(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the body that asks for code to be run. */
  static ObjectNode execute(Code code) {
    ObjectNode body = object().put("code", code.source());
    code.context().ifPresent(context -> put(body, context));
    code.timeout().ifPresent(timeout -> body.put("timeout", BigDecimal.valueOf(timeout.toMillis(), 3)));
    return body;
  }

  static void put(ObjectNode body, ContextValue context) {
    switch (context) {
      case ContextValue.Inline(String text) -> body.put("context", text);
      case ContextValue.Stored(String id) -> body.put("context_id", id);
    }
  }

  /**
   * Reads a document of an engine's.
   *
   * @throws ClientException when it is no JSON: whoever sent it is no engine
   */
  static JsonNode read(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new ClientException("the answer is not JSON: is there an engine at this address?", e);
    }
  }

  /** Reads one event. */
  static Event event(String json) {
    JsonNode node = read(json);
    return switch (node.path("type").asText()) {
      case "start" -> new Event.Started(node.path("execution_id").asText());
      case "stdout" -> new Event.Output(Event.Stream.STDOUT, node.path("text").asText());
      case "stderr" -> new Event.Output(Event.Stream.STDERR, node.path("text").asText());
      case "result" -> new Event.Result(node.path("value").asText());
      case "error" ->
          new Event.Failed(
              node.path("name").asText(), node.path("value").asText(), node.path("traceback").asText());
      case "end" -> end(node);
      default -> new Event.Other();
    };
  }

  private static Event end(JsonNode node) {
    JsonNode execution = node.path("execution");
    if (!execution.isObject()) {
      return new Event.Refused(problem(node.path("problem")));
    }
    JsonNode exitCode = execution.path("exit_code");
    return new Event.Ended(
        execution.path("outcome").asText(),
        exitCode.canConvertToInt() ? Optional.of(exitCode.intValue()) : Optional.empty());
  }

  private static Problem problem(JsonNode node) {
    return new Problem(node.path("status").asInt(), node.path("code").asText(), node.path("detail").asText());
  }

  /** Reads the answer to a request that was refused, whoever wrote it. */
  static Problem problem(int status, String body) {
    try {
      JsonNode node = MAPPER.readTree(body);
      if (node.path("detail").isTextual()) {
        return new Problem(status, node.path("code").asText(), node.path("detail").asText());
      }
    } catch (JsonProcessingException e) {
      // Somebody in between answered in words of its own.
    }
    return new Problem(status, "", "status %d, which no engine says like that".formatted(status));
  }
}
