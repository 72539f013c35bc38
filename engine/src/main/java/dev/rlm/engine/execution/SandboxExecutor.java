package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.ExecutionRequest;
import dev.rlm.engine.sandbox.ExecutionResult;
import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.sandbox.OutputListener;
import java.time.Duration;
import java.util.UUID;

/** Runs an execution in the sandbox that its source gives, and filters what comes out. */
public final class SandboxExecutor implements Executor {

  private final Isolation isolation;
  private final int outputKept;
  private final Duration takeTimeout;

  /**
   * Creates the executor.
   *
   * @param isolation what is in force in every sandbox
   * @param outputKept bytes of each output stream that are kept
   * @param takeTimeout how long to wait for a sandbox
   */
  public SandboxExecutor(Isolation isolation, int outputKept, Duration takeTimeout) {
    this.isolation = isolation;
    this.outputKept = outputKept;
    this.takeTimeout = takeTimeout;
  }

  @Override
  public Execution execute(ExecutionCommand command, SandboxSource source, ExecutionListener listener)
      throws InterruptedException {
    String id = UUID.randomUUID().toString();
    long asked = System.nanoTime();
    try (SandboxSource.Use use = source.take(command.context(), Deadline.after(takeTimeout))) {
      Duration taken = Duration.ofNanos(System.nanoTime() - asked);
      Passage passage = use.egress().begin(outputKept, listener);
      listener.started(id);
      ExecutionResult result =
          use.sandbox()
              .execute(
                  new ExecutionRequest(
                      id, command.code(), command.context(), command.timeout(), passage.calls(command.calls())),
                  passage);
      passage.finishOutput();
      return new Execution(
          id,
          result.outcome(),
          result.outcome().explanation().map(passage::error),
          passage.text(OutputListener.Stream.STDOUT),
          passage.text(OutputListener.Stream.STDERR),
          result.value().map(passage::result),
          passage.locals(result.locals()),
          passage.truncated() || result.localsTruncated(),
          passage.findings(),
          isolation,
          result.usage(),
          new Execution.Timing(Duration.ZERO, taken, use.warm()));
    }
  }
}
