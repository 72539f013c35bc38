package dev.rlm.engine.client;

import java.util.Optional;

/**
 * What a client hears of a question that is being answered, in order; {@link Ended} or {@link Refused} comes last, and always. Loops
 * count from 0, everything else from 1.
 */
public sealed interface Step {

  /**
   * The run has begun.
   *
   * @param trajectoryId names its record
   * @param model drives it
   * @param context what the context is, in words
   */
  record Started(String trajectoryId, String model, String context) implements Step {}

  /** A loop has begun; those but the first were asked for by code. */
  record LoopStarted(int loop, int depth, String model, String query) implements Step {}

  /** A model took its turn. */
  record Turn(int loop, int iteration, String model, String reply, long promptTokens, long outputTokens, double seconds)
      implements Step {}

  /** Code of the turn is about to run. */
  record Code(int loop, int block, String code) implements Step {}

  /** It has run; {@code text} is what the model is shown. */
  record Output(int loop, int block, String outcome, String text, double seconds) implements Step {}

  /** Code asked a model. */
  record SubCall(
      int loop, int call, String model, String prompt, String answer, Optional<String> failure, double seconds)
      implements Step {}

  /** A loop has ended. */
  record LoopEnded(int loop, int iterations, String reason) implements Step {}

  /** The run is over; its result is there, whatever it is. */
  record Ended(Answer answer) implements Step {}

  /** The run could not go on: the engine itself failed, or is stopping. */
  record Refused(Problem problem) implements Step {}

  /** Nothing that this client knows of: a sign of life, or a step of a later engine. */
  record Other() implements Step {}
}
