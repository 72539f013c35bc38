package dev.rlm.engine.execution;

/** Runs code. Implementations are small layers over one another, and safe for use by many threads. */
public interface Executor {

  /**
   * Runs code and returns what came of it, filtered.
   *
   * @param source where the sandbox comes from
   * @param listener hears of it while it runs
   * @throws OverloadedException when there is no room
   * @throws dev.rlm.engine.sandbox.SandboxUnavailableException when no sandbox can be had
   * @throws InterruptedException when the calling thread was interrupted; nothing is left running
   */
  Execution execute(ExecutionCommand command, SandboxSource source, ExecutionListener listener)
      throws InterruptedException;
}
