package dev.rlm.engine.execution;

/** Runs code whose context stays where it is until the code has ended, whoever deletes it meanwhile. */
public final class HoldingExecutor implements Executor {

  private final ContextHolds holds;
  private final Executor next;

  /** Creates the layer over {@code next}. */
  public HoldingExecutor(ContextHolds holds, Executor next) {
    this.holds = holds;
    this.next = next;
  }

  @Override
  public Execution execute(ExecutionCommand command, SandboxSource source, ExecutionListener listener)
      throws InterruptedException {
    if (command.context().isEmpty()) {
      return next.execute(command, source, listener);
    }
    try (ContextHolds.Hold _ = holds.hold(command.context().get())) {
      return next.execute(command, source, listener);
    }
  }
}
