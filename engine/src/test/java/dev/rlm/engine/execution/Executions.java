package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.Results;
import dev.rlm.engine.sandbox.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Executions that tests make up. */
public final class Executions {

  /** The isolation that they state. */
  public static final Isolation ISOLATION = new Isolation("runsc", "release-20240729.0", "none");

  private Executions() {}

  /** Runs a command through layers that ask for no sandbox. */
  public static Execution run(Executor executor, ExecutionCommand command) throws InterruptedException {
    return executor.execute(
        command,
        (_, _) -> {
          throw new AssertionError("nobody should ask for a sandbox");
        },
        ExecutionListener.NONE);
  }

  /** Returns an execution that ran to its end, with these variables. */
  public static Execution completed(Map<String, @Nullable Object> locals) {
    return of(new Outcome.Completed(), locals, List.of());
  }

  /** Returns an execution with an outcome and its explanation. */
  public static Execution of(Outcome outcome) {
    return of(outcome, Map.of(), List.of());
  }

  /** Returns an execution, with everything that the host could measure. */
  @SuppressWarnings("NullAway") // It cannot see the annotations of a record's compact constructor in a class file.
  public static Execution of(Outcome outcome, Map<String, @Nullable Object> locals, List<EgressFinding> findings) {
    return new Execution(
        "00000000-0000-4000-8000-000000000000",
        outcome,
        outcome.explanation(),
        "Hello\n",
        "",
        Optional.empty(),
        locals,
        false,
        findings,
        ISOLATION,
        new Usage(Duration.ofMillis(4), Optional.of(Duration.ofMillis(3)), OptionalLong.of(12_345_678)),
        new Execution.Timing(Duration.ZERO, Duration.ofMillis(250), false));
  }

  /** Returns an execution of which the host could measure nothing. */
  public static Execution unmeasured() {
    Execution execution = of(new Outcome.Completed());
    return new Execution(
        execution.id(),
        execution.outcome(),
        execution.error(),
        execution.stdout(),
        execution.stderr(),
        Optional.of("42"),
        Map.of(),
        true,
        List.of(new EgressFinding("github-pat", "stdout", 3, 40, List.of("base64"), "high", "redacted", "0a1b2c3d")),
        Isolation.NONE,
        Results.USAGE,
        execution.timing());
  }

  /** Returns what an engine without room says. */
  public static OverloadedException overloaded(OverloadedException.Reason reason) {
    return new OverloadedException(reason, "no room", Duration.ofSeconds(7));
  }
}
