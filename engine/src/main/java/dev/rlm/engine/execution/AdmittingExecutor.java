package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.Deadline;
import java.time.Duration;

/** Runs code when its turn has come; at once where other code waits for it, which has its turn. */
public final class AdmittingExecutor implements Executor {

  private final Admission admission;
  private final Duration queueTimeout;
  private final Executor next;

  /** Creates the layer over {@code next}; an execution waits at most {@code queueTimeout} for its turn. */
  public AdmittingExecutor(Admission admission, Duration queueTimeout, Executor next) {
    this.admission = admission;
    this.queueTimeout = queueTimeout;
    this.next = next;
  }

  @Override
  public Execution execute(ExecutionCommand command, SandboxSource source, ExecutionListener listener)
      throws InterruptedException {
    if (command.nested()) {
      return next.execute(command, source, listener);
    }
    long came = System.nanoTime();
    try (Admission.Permit _ = admission.acquire(Deadline.after(queueTimeout))) {
      Duration queued = Duration.ofNanos(System.nanoTime() - came);
      return next.execute(command, source, listener).withQueued(queued);
    }
  }
}
