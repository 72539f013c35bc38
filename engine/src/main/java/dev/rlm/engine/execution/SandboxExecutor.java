package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.ExecutionRequest;
import dev.rlm.engine.sandbox.ExecutionResult;
import dev.rlm.engine.sandbox.OutputListener;
import dev.rlm.engine.sandbox.Sandbox;
import dev.rlm.engine.sandbox.SandboxRuntime;
import dev.rlm.engine.sandbox.SandboxSpec;
import java.time.Duration;
import java.util.UUID;

/** Runs each execution in a sandbox of its own, which is destroyed afterwards, and filters what comes out. */
public final class SandboxExecutor implements Executor {

  private final SandboxRuntime runtime;
  private final SandboxSpec spec;
  private final Egress egress;
  private final int outputKept;
  private final Duration startTimeout;

  /**
   * Creates the executor.
   *
   * @param spec what every sandbox is like
   * @param egress filters what comes out
   * @param outputKept bytes of each output stream that are kept
   * @param startTimeout how long a sandbox may take to come up
   */
  public SandboxExecutor(
      SandboxRuntime runtime, SandboxSpec spec, Egress egress, int outputKept, Duration startTimeout) {
    this.runtime = runtime;
    this.spec = spec;
    this.egress = egress;
    this.outputKept = outputKept;
    this.startTimeout = startTimeout;
  }

  @Override
  public Execution execute(ExecutionCommand command) throws InterruptedException {
    String id = UUID.randomUUID().toString();
    Egress.Passage passage = egress.begin(command.contextJson(), outputKept);
    long asked = System.nanoTime();
    try (Sandbox sandbox = runtime.create(spec, Deadline.after(startTimeout))) {
      Duration start = Duration.ofNanos(System.nanoTime() - asked);
      ExecutionResult result =
          sandbox.execute(
              new ExecutionRequest(id, command.code(), command.contextJson(), command.timeout()), passage);
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
          runtime.isolation(),
          result.usage(),
          new Execution.Timing(Duration.ZERO, start, false));
    }
  }
}
