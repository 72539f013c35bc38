package dev.rlm.engine.repl;

import dev.rlm.engine.model.ChatMessage;
import dev.rlm.engine.model.Completion;
import dev.rlm.engine.model.TokenUsage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What happens in a run, as it happens. Loops are numbered in the order in which they begin, the first is 0; iterations and blocks
 * count from 1. All text has passed the egress filter. Events of different loops may come in any order.
 */
public sealed interface RunEvent {

  /**
   * The run has begun; always the first event.
   *
   * @param context what the context is, in words
   */
  record Started(RunId run, String model, String recursiveModel, String query, String context, RunLimits limits)
      implements RunEvent {}

  /**
   * A loop has its sandbox.
   *
   * @param parent the loop whose code asked for it; empty for the first
   * @param depth 1 for the first loop
   */
  record LoopStarted(int loop, OptionalInt parent, int depth, String model, String query) implements RunEvent {}

  /**
   * A model took its turn.
   *
   * @param asked what was said to it since its last turn, or from the beginning
   * @param reply what it said
   */
  record Turn(
      int loop,
      int iteration,
      String model,
      List<ChatMessage> asked,
      String reply,
      Completion.Finish finish,
      TokenUsage usage,
      int retries,
      Duration time)
      implements RunEvent {}

  /** A block of the reply is about to run. */
  record Code(int loop, int iteration, int block, String code) implements RunEvent {}

  /**
   * A block has run.
   *
   * @param outcome how it ended, as {@code POST /execute} names it
   * @param text what the model is shown of it
   * @param cut characters that were left out of it
   */
  record Output(int loop, int iteration, int block, String outcome, String text, long cut, Duration time)
      implements RunEvent {}

  /**
   * Code asked a model, and has its answer or a failure. Prompt and answer are cut to {@value #PREVIEW} characters.
   *
   * @param call counts the sub-calls of the run in the order in which they were asked for, from 1
   * @param child the loop that answered; empty for a plain call
   * @param failure why there is no answer; empty when there is one
   */
  record SubCall(
      int loop,
      int iteration,
      int call,
      OptionalInt child,
      String model,
      String prompt,
      String answer,
      Optional<String> failure,
      TokenUsage usage,
      Duration time)
      implements RunEvent {

    /** Characters of prompt and answer that are kept, head and tail. */
    public static final int PREVIEW = 2_000;
  }

  /** A loop has ended and its sandbox is gone. */
  record LoopEnded(int loop, int iterations, StopReason reason, String answer, Duration time) implements RunEvent {}

  /** The run is over; always the last event, unless the run was broken off. */
  record Ended(RunResult result) implements RunEvent {}
}
