package dev.rlm.engine.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rlm.engine.sandbox.Isolation;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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

  /** Returns the message that asks for code to be run which may call functions. */
  static ObjectNode execute(Code code, Offer offer) {
    ObjectNode message = execute(code).put("type", "execute");
    if (!offer.functions().isEmpty()) {
      ArrayNode functions = message.putArray("functions");
      offer.functions().forEach(functions::add);
      message.put("timed", offer.timed());
    }
    return offer.nested() ? message.put("nested", true) : message;
  }

  /** Returns the message that answers a call. */
  static ObjectNode reply(long call, String value) {
    ObjectNode message = object().put("type", "reply").put("call", call);
    message.set("value", read(value));
    return message;
  }

  /** Returns the message that has a call raise an exception. */
  static ObjectNode reply(long call, String name, String text) {
    ObjectNode message = object().put("type", "reply").put("call", call);
    message.putObject("error").put("name", name).put("message", text);
    return message;
  }

  static void put(ObjectNode body, ContextValue context) {
    switch (context) {
      case ContextValue.Inline(String text) -> body.put("context", text);
      case ContextValue.Json(String text) -> body.set("context", read(text));
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

  /** Reads one event; where there is none any more, the code was interrupted. */
  static Event event(Optional<String> json) {
    return json.map(Wire::event).orElseGet(() -> new Event.Ended("interrupted", Optional.empty()));
  }

  private static Event event(String json) {
    JsonNode node = read(json);
    return switch (node.path("type").asText()) {
      case "start" -> new Event.Started(node.path("execution_id").asText());
      case "stdout" -> new Event.Output(Event.Stream.STDOUT, node.path("text").asText());
      case "stderr" -> new Event.Output(Event.Stream.STDERR, node.path("text").asText());
      case "result" -> new Event.Result(node.path("value").asText());
      case "error" ->
          new Event.Failed(
              node.path("name").asText(), node.path("value").asText(), node.path("traceback").asText());
      case "call" ->
          new Event.Call(
              node.path("call").asLong(), node.path("name").asText(), text(node.path("args")), text(node.path("kwargs")));
      case "end" -> end(node);
      case "problem" -> new Event.Refused(problem(node.path("problem")));
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
        exitCode.canConvertToInt() ? Optional.of(exitCode.intValue()) : Optional.empty(),
        changed(execution),
        execution.path("findings").valueStream().map(Wire::finding).toList());
  }

  /** The names of the variables that changed; empty when something of them may have been cut off. */
  private static Optional<Set<String>> changed(JsonNode execution) {
    Set<String> names = new TreeSet<>();
    execution.path("locals").fieldNames().forEachRemaining(names::add);
    return execution.path("truncated").asBoolean() ? Optional.empty() : Optional.of(names);
  }

  private static Event.Finding finding(JsonNode node) {
    return new Event.Finding(
        node.path("rule").asText(),
        node.path("channel").asText(),
        node.path("offset").asLong(),
        node.path("length").asLong(),
        node.path("decode_chain").valueStream().map(JsonNode::asText).toList(),
        node.path("confidence").asText(),
        node.path("action").asText(),
        node.path("tag").asText());
  }

  /** Reads what an engine says of itself. */
  static EngineState state(String json) {
    JsonNode node = read(json);
    List<String> problems = new ArrayList<>();
    node.path("checks").properties().stream()
        .filter(check -> !check.getValue().asText().equals("ok"))
        .forEach(check -> problems.add("%s: %s".formatted(check.getKey(), check.getValue().asText())));
    JsonNode isolation = node.path("isolation");
    return new EngineState(
        node.path("ready").asBoolean(),
        String.join(", ", problems),
        new Isolation(
            isolation.path("runtime").asText("unknown"),
            isolation.path("version").asText("unknown"),
            isolation.path("network").asText("unknown")));
  }

  /** Returns the body that asks a question. */
  static ObjectNode infer(Question question) {
    ObjectNode body = object().put("query", question.query());
    question.context().ifPresent(context -> put(body, context));
    question.model().ifPresent(model -> body.put("model", model));
    question.schema().ifPresent(schema -> body.set("schema", read(schema)));
    ObjectNode limits = body.putObject("limits");
    question.maxIterations().ifPresent(value -> limits.put("max_iterations", value));
    question.maxDepth().ifPresent(value -> limits.put("max_depth", value));
    question.maxSubCalls().ifPresent(value -> limits.put("max_sub_calls", value));
    question.maxCost().ifPresent(value -> limits.put("max_cost", value));
    question.timeout().ifPresent(value -> limits.put("max_seconds", BigDecimal.valueOf(value.toMillis(), 3)));
    return body;
  }

  /** Reads one step of a run. */
  static Step step(String json) {
    JsonNode node = read(json);
    return switch (node.path("type").asText()) {
      case "started" -> new Step.Started(node.path("trajectory_id").asText(), node.path("model").asText(), node.path("context").asText());
      case "loop_started" ->
          new Step.LoopStarted(
              node.path("loop").asInt(), node.path("depth").asInt(), node.path("model").asText(), node.path("query").asText());
      case "turn" ->
          new Step.Turn(
              node.path("loop").asInt(),
              node.path("iteration").asInt(),
              node.path("model").asText(),
              node.path("reply").asText(),
              node.path("usage").path("prompt_tokens").asLong(),
              node.path("usage").path("output_tokens").asLong(),
              node.path("seconds").asDouble());
      case "code" -> new Step.Code(node.path("loop").asInt(), node.path("block").asInt(), node.path("code").asText());
      case "output" ->
          new Step.Output(
              node.path("loop").asInt(),
              node.path("block").asInt(),
              node.path("outcome").asText(),
              node.path("text").asText(),
              node.path("seconds").asDouble());
      case "sub_call" ->
          new Step.SubCall(
              node.path("loop").asInt(),
              node.path("call").asInt(),
              node.path("model").asText(),
              node.path("prompt").asText(),
              node.path("answer").asText(),
              node.has("failure") ? Optional.of(node.path("failure").asText()) : Optional.empty(),
              node.path("seconds").asDouble());
      case "loop_ended" ->
          new Step.LoopEnded(node.path("loop").asInt(), node.path("iterations").asInt(), node.path("reason").asText());
      case "end" ->
          node.has("result")
              ? new Step.Ended(answer(node.path("result")))
              : new Step.Refused(problem(node.path("problem")));
      default -> new Step.Other();
    };
  }

  private static Answer answer(JsonNode result) {
    long tokens = 0;
    for (JsonNode usage : result.path("usage")) {
      tokens += usage.path("prompt_tokens").asLong() + usage.path("output_tokens").asLong();
    }
    JsonNode cost = result.path("cost");
    return new Answer(
        result.path("outcome").asText(),
        result.path("reason").asText(),
        result.path("detail").asText(),
        result.path("answer").asText(),
        result.path("iterations").asInt(),
        result.path("sub_calls").asInt(),
        tokens,
        cost.isNumber() ? Optional.of(cost.decimalValue()) : Optional.empty(),
        result.path("execution_time").asDouble(),
        result.path("trajectory_id").asText(),
        text(result));
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
