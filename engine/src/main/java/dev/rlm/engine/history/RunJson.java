package dev.rlm.engine.history;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rlm.engine.execution.EgressFinding;
import dev.rlm.engine.model.ChatMessage;
import dev.rlm.engine.model.TokenUsage;
import dev.rlm.engine.repl.RunEvent;
import dev.rlm.engine.repl.RunLimits;
import dev.rlm.engine.repl.RunResult;
import dev.rlm.engine.repl.RunTotals;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Runs as JSON, in one form for the interface and for what is kept. {@code openapi.yaml} describes each field. */
public final class RunJson {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private RunJson() {}

  /** Returns an event, with its {@code type}. */
  public static ObjectNode event(RunEvent event) {
    return switch (event) {
      case RunEvent.Started started -> started(started);
      case RunEvent.LoopStarted(var loop, var parent, var depth, var model, var query) -> {
        ObjectNode json = typed("loop_started").put("loop", loop);
        parent.ifPresent(number -> json.put("parent", number));
        yield json.put("depth", depth).put("model", model).put("query", query);
      }
      case RunEvent.Turn turn -> turn(turn);
      case RunEvent.Code(var loop, var iteration, var block, var code) ->
          typed("code").put("loop", loop).put("iteration", iteration).put("block", block).put("code", code);
      case RunEvent.Output(var loop, var iteration, var block, var outcome, var text, var cut, var time) ->
          typed("output")
              .put("loop", loop)
              .put("iteration", iteration)
              .put("block", block)
              .put("outcome", outcome)
              .put("text", text)
              .put("cut", cut)
              .put("seconds", seconds(time));
      case RunEvent.SubCall call -> subCall(call);
      case RunEvent.LoopEnded(var loop, var iterations, var reason, var answer, var time) ->
          typed("loop_ended")
              .put("loop", loop)
              .put("iterations", iterations)
              .put("outcome", reason.outcome().label())
              .put("reason", reason.label())
              .put("answer", answer)
              .put("seconds", seconds(time));
      case RunEvent.Ended(var result) -> {
        ObjectNode json = typed("end");
        json.set("result", result(result));
        yield json;
      }
    };
  }

  private static ObjectNode started(RunEvent.Started started) {
    ObjectNode json =
        typed("started")
            .put("trajectory_id", started.run().value())
            .put("model", started.model())
            .put("recursive_model", started.recursiveModel())
            .put("query", started.query())
            .put("context", started.context());
    json.set("limits", limits(started.limits()));
    return json;
  }

  private static ObjectNode turn(RunEvent.Turn turn) {
    ObjectNode json =
        typed("turn").put("loop", turn.loop()).put("iteration", turn.iteration()).put("model", turn.model());
    json.set("asked", messages(turn.asked()));
    json.put("reply", turn.reply()).put("finish", turn.finish().name().toLowerCase(Locale.ROOT));
    json.set("usage", usage(turn.usage()));
    return json.put("retries", turn.retries()).put("seconds", seconds(turn.time()));
  }

  private static ObjectNode subCall(RunEvent.SubCall call) {
    ObjectNode json =
        typed("sub_call").put("loop", call.loop()).put("iteration", call.iteration()).put("call", call.call());
    call.child().ifPresent(child -> json.put("child", child));
    json.put("model", call.model()).put("prompt", call.prompt()).put("answer", call.answer());
    call.failure().ifPresent(failure -> json.put("failure", failure));
    json.set("usage", usage(call.usage()));
    return json.put("seconds", seconds(call.time()));
  }

  /** Returns what came of a run, as {@code POST /infer} answers it. */
  public static ObjectNode result(RunResult result) {
    ObjectNode json =
        JSON.objectNode()
            .put("success", result.success())
            .put("answer", result.answer())
            .put("model", result.model())
            .put("max_depth", result.maxDepth())
            .put("outcome", result.outcome().label())
            .put("reason", result.reason().label())
            .put("detail", result.detail())
            .put("iterations", result.totals().iterations())
            .put("sub_calls", result.totals().subCalls())
            .put("depth", result.totals().depth());
    ObjectNode models = json.putObject("usage");
    result.totals().models().forEach((name, totals) -> models.set(name, totals(totals)));
    json.put("cost", result.totals().cost().orElse(null));
    json.put("execution_time", seconds(result.time()));
    ArrayNode findings = json.putArray("findings");
    result.findings().forEach(finding -> findings.add(finding(finding)));
    return json.put("trajectory_id", result.id().value());
  }

  private static ObjectNode totals(RunTotals.ModelTotals totals) {
    return usage(totals.usage())
        .put("calls", totals.calls())
        .put("retries", totals.retries())
        .put("cost", totals.cost().orElse(null));
  }

  static ObjectNode finding(EgressFinding finding) {
    ObjectNode json =
        JSON.objectNode()
            .put("rule", finding.rule())
            .put("channel", finding.channel())
            .put("offset", finding.offset())
            .put("length", finding.length());
    ArrayNode chain = json.putArray("decode_chain");
    finding.decodeChain().forEach(chain::add);
    return json.put("confidence", finding.confidence()).put("action", finding.action()).put("tag", finding.tag());
  }

  private static ObjectNode limits(RunLimits limits) {
    return JSON.objectNode()
        .put("max_iterations", limits.iterations())
        .put("max_total_iterations", limits.totalIterations())
        .put("max_depth", limits.depth())
        .put("max_sub_calls", limits.subCalls())
        .put("max_concurrent_calls", limits.concurrentCalls())
        .put("max_prompt_tokens", limits.promptTokens())
        .put("max_output_tokens", limits.outputTokens())
        .put("max_cost", limits.cost().orElse(null))
        .put("max_seconds", seconds(limits.time()))
        .put("shown_per_block", limits.shownPerBlock())
        .put("max_shown", limits.shown())
        .put("direct_characters", limits.directCharacters());
  }

  private static ArrayNode messages(List<ChatMessage> messages) {
    ArrayNode json = JSON.arrayNode();
    messages.forEach(
        message ->
            json.addObject().put("role", message.role().name().toLowerCase(Locale.ROOT)).put("content", message.text()));
    return json;
  }

  private static ObjectNode usage(TokenUsage usage) {
    return JSON.objectNode()
        .put("prompt_tokens", usage.prompt())
        .put("cached_tokens", usage.cached())
        .put("output_tokens", usage.output())
        .put("estimated", usage.estimated());
  }

  private static ObjectNode typed(String type) {
    return JSON.objectNode().put("type", type);
  }

  private static BigDecimal seconds(Duration time) {
    return BigDecimal.valueOf(time.toNanos(), 9).setScale(6, RoundingMode.HALF_UP);
  }
}
