package dev.rlm.engine.sandbox;

import java.time.Duration;
import java.util.Optional;

/**
 * How an execution ended, as the host decided it. What guest code does is a value here, never an exception of ours.
 */
public sealed interface Outcome {

  /** The code ran to its end. */
  record Completed() implements Outcome {}

  /** The code ended with an exception. */
  record Raised(ExecutionError error) implements Outcome {}

  /**
   * The code ran into its time limit.
   *
   * @param limit the limit
   * @param alive whether the interpreter answered the interrupt, so that its state is kept
   */
  record TimedOut(Duration limit, boolean alive) implements Outcome {}

  /** The sandbox reached its memory limit and was killed by it. */
  record OutOfMemory(ByteSize limit) implements Outcome {}

  /** The code wrote more than the hard limit of output and was killed. */
  record OutputLimit(ByteSize limit) implements Outcome {}

  /**
   * The code could not start another process or thread.
   *
   * @param limit how many it may have
   * @param error the exception it ended with, where the sandbox lived on
   */
  record ProcessLimit(int limit, Optional<ExecutionError> error) implements Outcome {}

  /**
   * The code ended its own process, by {@code sys.exit}, a signal or a crash of the interpreter.
   *
   * @param status the exit status, 0 to 255
   */
  record Exited(int status) implements Outcome {}

  /**
   * The sandbox went away, or broke the protocol, for none of the reasons above.
   *
   * @param cause what was seen, in words of the host's own
   */
  record SandboxLost(String cause) implements Outcome {}

  /** Returns the name that the API and the metrics use. */
  default String label() {
    return switch (this) {
      case Completed _ -> "completed";
      case Raised _ -> "raised";
      case TimedOut _ -> "timed_out";
      case OutOfMemory _ -> "out_of_memory";
      case OutputLimit _ -> "output_limit";
      case ProcessLimit _ -> "process_limit";
      case Exited _ -> "exited";
      case SandboxLost _ -> "sandbox_lost";
    };
  }

  /** Returns what went wrong, in the guest's words where it had any and in the host's otherwise; empty when nothing did. */
  default Optional<ExecutionError> explanation() {
    return switch (this) {
      case Completed _ -> Optional.empty();
      case Raised raised -> Optional.of(raised.error());
      case TimedOut timedOut ->
          host(
              "TimeLimitExceeded",
              "the code ran longer than its limit of %s s and was %s"
                  .formatted(seconds(timedOut.limit()), timedOut.alive() ? "interrupted" : "killed"));
      case OutOfMemory oom ->
          host("MemoryLimitExceeded", "the code used more than its limit of %s and was killed".formatted(oom.limit()));
      case OutputLimit output ->
          host("OutputLimitExceeded", "the code wrote more than %s and was killed".formatted(output.limit()));
      case ProcessLimit processes ->
          processes
              .error()
              .or(
                  () ->
                      host(
                          "ProcessLimitExceeded",
                          "the code started more than %d processes and threads".formatted(processes.limit())));
      case Exited exited -> host("SystemExit", Integer.toString(exited.status()));
      case SandboxLost lost -> host("SandboxLost", lost.cause());
    };
  }

  private static Optional<ExecutionError> host(String name, String value) {
    return Optional.of(new ExecutionError(name, value, ""));
  }

  private static String seconds(Duration duration) {
    return java.math.BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString();
  }
}
