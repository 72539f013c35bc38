package dev.rlm.engine.api;

import dev.rlm.engine.model.ChatMessage;
import dev.rlm.engine.model.Completion;
import dev.rlm.engine.model.TokenUsage;
import dev.rlm.engine.repl.Inference;
import dev.rlm.engine.repl.InferenceRequest;
import dev.rlm.engine.repl.RunEvent;
import dev.rlm.engine.repl.RunId;
import dev.rlm.engine.repl.RunLimits;
import dev.rlm.engine.repl.RunListener;
import dev.rlm.engine.repl.RunResult;
import dev.rlm.engine.repl.RunTotals;
import dev.rlm.engine.repl.StopReason;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedSet;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers questions as a test says, and remembers what it was asked. */
final class ScriptedInference implements Inference {

  static final String MODEL = "test-model";
  static final String OTHER_MODEL = "org/other-model";

  static final RunLimits LIMITS =
      new RunLimits(
          20, 100, 3, 50, 16, 1_000_000, 100_000, Optional.empty(), Duration.ofMinutes(10), 20_000, 1_000_000, 4_000);

  private static final TokenUsage TURN = new TokenUsage(100, 60, 20, false);

  private final List<InferenceRequest> requests = new CopyOnWriteArrayList<>();
  private volatile Script script = (id, request, listener) -> answering(id, listener, "42");

  /** What comes of a question. */
  @FunctionalInterface
  interface Script {
    RunResult run(RunId id, InferenceRequest request, RunListener listener) throws InterruptedException;
  }

  /** Answers each question like this from now on. */
  void does(Script how) {
    script = how;
  }

  /** Returns what it was asked. */
  List<InferenceRequest> requests() {
    return requests;
  }

  InferenceRequest lastRequest() {
    return requests.getLast();
  }

  @Override
  public RunResult run(InferenceRequest request, RunListener listener) throws InterruptedException {
    requests.add(request);
    return script.run(RunId.random(), request, listener);
  }

  /** A run with a turn, code, a sub-call, a child and an answer. */
  static RunResult answering(RunId id, RunListener listener, String answer) {
    begin(id, listener);
    listener.on(turn(0, 1, "I look.\n```repl\nprint(len(context))\n```"));
    listener.on(new RunEvent.Code(0, 1, 1, "print(len(context))"));
    listener.on(
        new RunEvent.SubCall(
            0, 1, 1, OptionalInt.empty(), MODEL, "What is it?", "a number", Optional.empty(), TURN, Duration.ofMillis(5)));
    listener.on(new RunEvent.LoopStarted(1, OptionalInt.of(0), 2, MODEL, "count them"));
    listener.on(turn(1, 1, "FINAL(7)"));
    listener.on(new RunEvent.LoopEnded(1, 1, StopReason.ANSWERED, "7", Duration.ofMillis(10)));
    listener.on(
        new RunEvent.SubCall(
            0, 1, 2, OptionalInt.of(1), MODEL, "count them", "7", Optional.empty(), TURN, Duration.ofMillis(12)));
    listener.on(new RunEvent.Output(0, 1, 1, "completed", "6 ```", 0, Duration.ofMillis(3)));
    listener.on(turn(0, 2, "FINAL(%s)".formatted(answer)));
    listener.on(new RunEvent.LoopEnded(0, 2, StopReason.ANSWERED, answer, Duration.ofMillis(50)));
    return end(id, listener, StopReason.ANSWERED, answer, "");
  }

  static void begin(RunId id, RunListener listener) {
    listener.on(new RunEvent.Started(id, MODEL, OTHER_MODEL, "how many?", "a text of 6 characters", LIMITS));
    listener.on(new RunEvent.LoopStarted(0, OptionalInt.empty(), 1, MODEL, "how many?"));
  }

  static RunEvent.Turn turn(int loop, int iteration, String reply) {
    return new RunEvent.Turn(
        loop,
        iteration,
        MODEL,
        List.of(ChatMessage.user("message %d of loop %d".formatted(iteration, loop))),
        reply,
        Completion.Finish.STOP,
        TURN,
        0,
        Duration.ofMillis(20));
  }

  static RunResult end(RunId id, RunListener listener, StopReason reason, String answer, String detail) {
    RunResult result =
        new RunResult(
            id,
            MODEL,
            3,
            reason,
            detail,
            answer,
            new RunTotals(
                3,
                2,
                2,
                Map.of(MODEL, new RunTotals.ModelTotals(4, 1, new TokenUsage(400, 240, 80, false), Optional.of(new BigDecimal("0.25"))))),
            Duration.ofMillis(60),
            List.of());
    listener.on(new RunEvent.Ended(result));
    return result;
  }

  @Override
  public SequencedSet<String> models() {
    return new LinkedHashSet<>(List.of(MODEL, OTHER_MODEL));
  }

  @Override
  public RunLimits limits() {
    return LIMITS;
  }

  @Override
  public void close() {}
}
