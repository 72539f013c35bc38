package dev.rlm.engine.history;

import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.ExecutionListener;
import dev.rlm.engine.execution.Executor;
import dev.rlm.engine.execution.SandboxSource;

/** Adds every execution to the audit log before its answer is given. What streams has been told by then, but for its end. */
public final class AuditingExecutor implements Executor {

  private final AuditLog log;
  private final Executor next;

  /** Creates the layer over {@code next}. */
  public AuditingExecutor(AuditLog log, Executor next) {
    this.log = log;
    this.next = next;
  }

  @Override
  public Execution execute(ExecutionCommand command, SandboxSource source, ExecutionListener listener)
      throws InterruptedException {
    Execution execution = next.execute(command, source, listener);
    log.add(command, execution);
    return execution;
  }
}
