package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rlm.engine.history.RunJson;
import dev.rlm.engine.model.TokenUsage;
import dev.rlm.engine.repl.RunId;
import dev.rlm.engine.repl.RunOutcome;
import dev.rlm.engine.repl.RunResult;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The answers to a request for a chat completion, whole or in chunks, as OpenAI's interface has them, and with a field {@code rlm} more.
 *
 * @param run the run that answers
 * @param model drives it
 * @param created when it began
 */
record ChatCompletion(RunId run, String model, Instant created) {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Returns the whole answer. */
  static ObjectNode whole(RunResult result, Instant created) {
    ObjectNode json = new ChatCompletion(result.id(), result.model(), created).head("chat.completion");
    ObjectNode choice = json.putArray("choices").addObject().put("index", 0);
    choice
        .putObject("message")
        .put("role", "assistant")
        .put("content", result.answer())
        .putNull("refusal");
    choice.putNull("logprobs").put("finish_reason", finishReason(result));
    json.set("usage", usage(result.totals().usage()));
    json.set("rlm", extension(result));
    return json;
  }

  /** Returns a chunk that adds what is in {@code delta}. */
  ObjectNode chunk(ObjectNode delta) {
    return chunk(delta, Optional.empty());
  }

  /** Returns the last chunk with a choice. */
  ObjectNode lastChunk(RunResult result) {
    ObjectNode json = chunk(JSON.objectNode(), Optional.of(finishReason(result)));
    json.set("rlm", extension(result));
    return json;
  }

  /** Returns the chunk after the last, which tells the usage alone. */
  ObjectNode usageChunk(RunResult result) {
    ObjectNode json = head("chat.completion.chunk");
    json.putArray("choices");
    json.set("usage", usage(result.totals().usage()));
    return json;
  }

  private ObjectNode chunk(ObjectNode delta, Optional<String> finishReason) {
    ObjectNode json = head("chat.completion.chunk");
    ObjectNode choice = json.putArray("choices").addObject().put("index", 0);
    choice.set("delta", delta);
    choice.putNull("logprobs").put("finish_reason", finishReason.orElse(null));
    return json;
  }

  private ObjectNode head(String object) {
    return JSON.objectNode()
        .put("id", "chatcmpl-" + run.value())
        .put("object", object)
        .put("created", created.getEpochSecond())
        .put("model", model);
  }

  private static String finishReason(RunResult result) {
    return result.outcome() == RunOutcome.STOPPED ? "length" : "stop";
  }

  private static ObjectNode usage(TokenUsage usage) {
    ObjectNode json =
        JSON.objectNode()
            .put("prompt_tokens", usage.prompt())
            .put("completion_tokens", usage.output())
            .put("total_tokens", usage.prompt() + usage.output());
    json.putObject("prompt_tokens_details").put("cached_tokens", usage.cached());
    return json;
  }

  /** Returns what is told of a run beside its answer. */
  static ObjectNode extension(RunResult result) {
    return RunJson.result(result).remove(List.of("answer", "success"));
  }
}
