package dev.rlm.engine.execution;

/** Runs code. Implementations are small layers over one another, and safe for use by many threads. */
public interface Executor {

  /**
   * Runs code in a sandbox of its own and returns what came of it, filtered.
   *
   * @throws OverloadedException when there is no room
   * @throws dev.rlm.engine.sandbox.SandboxUnavailableException when no sandbox can be had
   * @throws InterruptedException when the calling thread was interrupted; nothing is left behind
   */
  Execution execute(ExecutionCommand command) throws InterruptedException;
}
