package dev.rlm.engine.app;

import dev.rlm.engine.client.Event;

/** The status that a command ends with, from how the code ended. */
final class ExitStatus {

  /** The code ran into its time limit, as {@code timeout} says it. */
  static final int TIMED_OUT = 124;

  /** It wrote too much, or its sandbox was lost. */
  static final int CUT_OFF = 125;

  /** Nobody reads what it prints any more, as a shell says it of SIGPIPE. */
  static final int NOBODY_READS = 141;

  private ExitStatus() {}

  static int of(Event.Ended ended) {
    return switch (ended.outcome()) {
      case "timed_out" -> TIMED_OUT;
      case "output_limit", "sandbox_lost" -> CUT_OFF;
      default -> ended.exitCode().orElse(CUT_OFF);
    };
  }
}
