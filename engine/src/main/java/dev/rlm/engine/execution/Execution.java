package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.Usage;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of an execution. All text has passed the egress filter.
 *
 * @param id names the execution in logs and answers
 * @param outcome how it ended; its error, where it has one, is in {@code error}, filtered
 * @param error what went wrong, filtered
 * @param stdout what was written to file descriptor 1, the middle left out when there was too much
 * @param stderr likewise of file descriptor 2
 * @param result {@code repr} of the last expression's value
 * @param locals variables bound or changed, as JSON values
 * @param truncated whether anything of the output or the variables was cut off
 * @param findings what the filter found
 * @param isolation what isolation was in force
 * @param usage what the execution used
 * @param timing where the time went before the code ran
 */
public record Execution(
    String id,
    Outcome outcome,
    Optional<ExecutionError> error,
    String stdout,
    String stderr,
    Optional<String> result,
    Map<String, @Nullable Object> locals,
    boolean truncated,
    List<EgressFinding> findings,
    Isolation isolation,
    Usage usage,
    Timing timing) {

  /** Copies the collections. */
  public Execution {
    locals = Collections.unmodifiableMap(new LinkedHashMap<>(locals));
    findings = List.copyOf(findings);
  }

  /** Returns whether the code ran to its end. */
  public boolean success() {
    return outcome instanceof Outcome.Completed;
  }

  /**
   * Returns the exit status that a process of its own would have had: 0, 1 after an exception, 137 when memory ran out, the
   * code's own status when it left by itself; empty when the host ended it.
   */
  public Optional<Integer> exitCode() {
    return switch (outcome) {
      case Outcome.Completed _ -> Optional.of(0);
      case Outcome.Raised _, Outcome.ProcessLimit _ -> Optional.of(1);
      case Outcome.Exited exited -> Optional.of(exited.status());
      case Outcome.OutOfMemory _ -> Optional.of(137);
      case Outcome.TimedOut _, Outcome.OutputLimit _, Outcome.SandboxLost _ -> Optional.empty();
    };
  }

  /** Returns the same with a further wait for a turn added. */
  public Execution afterWaiting(Duration longer) {
    return withQueued(timing.queued().plus(longer));
  }

  Execution withQueued(Duration queued) {
    return new Execution(
        id,
        outcome,
        error,
        stdout,
        stderr,
        result,
        locals,
        truncated,
        findings,
        isolation,
        usage,
        new Timing(queued, timing.start(), timing.warm()));
  }

  /**
   * Where the time went before the code ran.
   *
   * @param queued waiting for a turn
   * @param start getting a sandbox
   * @param warm whether the sandbox had been waiting
   */
  public record Timing(Duration queued, Duration start, boolean warm) {}
}
