package dev.rlm.engine.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns the events of one loop of a run into the log that the reference library writes and its visualizer opens: a line of {@code
 * metadata}, and a line for each {@code iteration}, with the whole prompt, the code and what it printed, and the sub-calls. What the
 * code printed stands under {@code stdout} as the model was shown it; how it ended under {@code stderr}, unless it ran to its end.
 * Sub-calls that were loops of their own name their {@code loop}, whose log is another one.
 */
public final class ReferenceLog implements Consumer<JsonNode> {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final int loop;
  private final Consumer<JsonNode> lines;
  private final ArrayNode conversation = JSON.arrayNode();
  private JsonNode run = JSON.objectNode();
  private int iterations;
  private @Nullable ObjectNode iteration;

  /**
   * Begins a log.
   *
   * @param loop which loop of the run; 0 is the first
   * @param lines takes each line when it is complete
   */
  public ReferenceLog(int loop, Consumer<JsonNode> lines) {
    this.loop = loop;
    this.lines = lines;
  }

  /** Takes the next event of the run. */
  @Override
  public void accept(JsonNode event) {
    switch (event.path("type").asText()) {
      case "started" -> {
        run = event;
        if (loop == 0) {
          metadata(event);
        }
      }
      case "end" -> ended(event);
      default -> {
        if (event.path("loop").asInt() == loop) {
          ofLoop(event);
        }
      }
    }
  }

  private void ofLoop(JsonNode event) {
    switch (event.path("type").asText()) {
      case "loop_started" -> {
        if (loop != 0) {
          metadata(event);
        }
      }
      case "turn" -> turn(event);
      case "code" -> code(event);
      case "output" -> output(event);
      case "sub_call" -> subCall(event);
      case "loop_ended" -> {
        if (loop != 0) {
          finish(event.path("answer").asText());
        }
      }
      default -> {} // An event of a later engine.
    }
  }

  private void metadata(JsonNode event) {
    String model = event.path("model").asText();
    ObjectNode json =
        JSON.objectNode()
            .put("type", "metadata")
            .put("timestamp", event.path("at").asText())
            .put("root_model", model);
    json.set("max_depth", run.path("limits").path("max_depth"));
    json.set("max_iterations", run.path("limits").path("max_iterations"));
    json.put("backend", "openai");
    json.putObject("backend_kwargs").put("model_name", model);
    json.put("environment_type", "rlm-engine");
    json.putObject("environment_kwargs");
    json.putArray("other_backends").add(run.path("recursive_model").asText());
    json.put("trajectory_id", run.path("trajectory_id").asText()).put("query", event.path("query").asText());
    lines.accept(json);
  }

  private void turn(JsonNode turn) {
    flush();
    iterations++;
    turn.path("asked").forEach(conversation::add);
    ObjectNode next =
        JSON.objectNode()
            .put("type", "iteration")
            .put("iteration", iterations)
            .put("timestamp", turn.path("at").asText());
    next.set("prompt", conversation.deepCopy());
    next.put("response", turn.path("reply").asText());
    next.putArray("code_blocks");
    next.putNull("final_answer").put("iteration_time", turn.path("seconds").decimalValue());
    iteration = next;
    conversation.addObject().put("role", "assistant").put("content", turn.path("reply").asText());
  }

  private void code(JsonNode code) {
    if (iteration != null) {
      ObjectNode block = iteration.withArray("code_blocks").addObject().put("code", code.path("code").asText());
      block.putObject("result").put("stdout", "").put("stderr", "").put("execution_time", 0);
      block.withObject("result").putObject("locals");
      block.withObject("result").putArray("rlm_calls");
    }
  }

  private void output(JsonNode output) {
    ObjectNode result = lastResult();
    String outcome = output.path("outcome").asText();
    BigDecimal seconds = output.path("seconds").decimalValue();
    result
        .put("stdout", output.path("text").asText())
        .put("stderr", outcome.equals("completed") ? "" : outcome)
        .put("execution_time", seconds);
    if (iteration != null) {
      iteration.put("iteration_time", iteration.path("iteration_time").decimalValue().add(seconds));
    }
  }

  private void subCall(JsonNode call) {
    JsonNode usage = call.path("usage");
    ObjectNode json =
        lastResult()
            .withArray("rlm_calls")
            .addObject()
            .put("root_model", call.path("model").asText())
            .put("prompt", call.path("prompt").asText())
            .put("response", call.path("answer").asText())
            .put("prompt_tokens", usage.path("prompt_tokens").longValue())
            .put("completion_tokens", usage.path("output_tokens").longValue())
            .put("execution_time", call.path("seconds").decimalValue());
    json.putObject("usage_summary")
        .putObject("model_usage_summaries")
        .putObject(call.path("model").asText())
        .put("total_calls", 1)
        .put("total_input_tokens", usage.path("prompt_tokens").longValue())
        .put("total_output_tokens", usage.path("output_tokens").longValue());
    if (call.has("failure")) {
      json.put("error", call.path("failure").asText());
    }
    if (call.has("child")) {
      json.put("loop", call.path("child").intValue());
    }
  }

  /** Returns the result of the block that runs; of none, one that nobody reads. */
  private ObjectNode lastResult() {
    JsonNode blocks = iteration == null ? JSON.arrayNode() : iteration.path("code_blocks");
    return blocks.isEmpty() ? JSON.objectNode() : (ObjectNode) blocks.path(blocks.size() - 1).path("result");
  }

  private void ended(JsonNode event) {
    if (loop == 0) {
      String answer = event.path("result").path("answer").asText();
      if (iterations == 0) {
        direct(answer, event);
      }
      finish(answer);
    }
  }

  /** A small input was answered without a loop, which is one turn all the same. */
  private void direct(String answer, JsonNode ended) {
    ObjectNode turn = JSON.objectNode().put("reply", answer).put("at", ended.path("at").asText());
    turn.putArray("asked").addObject().put("role", "user").put("content", run.path("query").asText());
    turn.set("seconds", ended.path("result").path("execution_time"));
    turn(turn);
  }

  private void finish(String answer) {
    if (iteration != null) {
      iteration.put("final_answer", answer);
    }
    flush();
  }

  /** Hands over an iteration that nobody has ended, of a run that is under way or was broken off. */
  public void close() {
    flush();
  }

  private void flush() {
    if (iteration != null) {
      lines.accept(iteration);
      iteration = null;
    }
  }
}
