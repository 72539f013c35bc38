package dev.rlm.engine.sandbox;

/**
 * One isolated interpreter. Its state lives from one execution to the next. Executions must not overlap.
 */
public interface Sandbox extends AutoCloseable {

  /**
   * Runs code to its end, its time limit, or the sandbox's death. When the outcome says that the sandbox is gone, every
   * later call answers with {@link Outcome.SandboxLost}.
   *
   * @throws IllegalStateException when an execution is under way
   * @throws InterruptedException when the calling thread was interrupted; the code is then interrupted too, and the sandbox
   *     killed if it does not answer
   */
  ExecutionResult execute(ExecutionRequest request, OutputListener listener) throws InterruptedException;

  /** Returns whether the sandbox can still run code, as far as the host knows. */
  boolean alive();

  /** Destroys the sandbox. Returns at once; what takes time goes on in the background. May be called more than once. */
  @Override
  void close();
}
