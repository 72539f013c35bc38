package dev.rlm.engine.client;

import java.util.Optional;

/** What a client hears of code that runs, in order; {@link Ended} or {@link Refused} comes last, and always. */
public sealed interface Event {

  /**
   * The code is about to run.
   *
   * @param executionId names the execution in the engine's log
   */
  record Started(String executionId) implements Event {}

  /**
   * It wrote something.
   *
   * @param stream where to
   * @param text what has passed the filter
   */
  record Output(Stream stream, String text) implements Event {}

  /**
   * The value of its last expression.
   *
   * @param value its {@code repr}
   */
  record Result(String value) implements Event {}

  /**
   * What went wrong in it.
   *
   * @param name the exception's type; for a limit of the engine's, that limit
   * @param value what it says
   * @param traceback empty where there is none
   */
  record Failed(String name, String value, String traceback) implements Event {}

  /** Nothing that this client knows of: a sign of life, or an event of a later engine. */
  record Other() implements Event {}

  /**
   * It is over.
   *
   * @param outcome how it ended, such as {@code completed} or {@code timed_out}; {@code interrupted} when it was, and the engine
   *     did not tell what came of that
   * @param exitCode the status a process of its own would have had; empty when the engine ended it
   */
  record Ended(String outcome, Optional<Integer> exitCode) implements Event {}

  /**
   * It did not run, or the engine lost it.
   *
   * @param problem why
   */
  record Refused(Problem problem) implements Event {}

  /** Where code writes. */
  enum Stream {
    /** File descriptor 1. */
    STDOUT,
    /** File descriptor 2. */
    STDERR
  }
}
