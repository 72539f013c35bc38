package dev.rlm.engine.sandbox;

import java.util.Map;
import java.util.Optional;

/**
 * One isolated interpreter. Its state lives from one execution to the next. Executions must not overlap.
 */
public interface Sandbox extends AutoCloseable {

  /**
   * Runs code to its end, its time limit, or the sandbox's death. When the outcome says that the sandbox is gone, every
   * later call answers with {@link Outcome.SandboxLost}.
   *
   * @throws IllegalStateException when an execution is under way
   * @throws SandboxUnavailableException when the sandbox cannot be reached now; it was sent nothing, and keeps its state
   * @throws InterruptedException when the calling thread was interrupted; the code is then interrupted too, and the sandbox
   *     killed if it does not answer
   */
  ExecutionResult execute(ExecutionRequest request, OutputListener listener) throws InterruptedException;

  /**
   * Asks the code of an execution under way to stop, as Ctrl-C does: {@code KeyboardInterrupt} is raised in it, and the sandbox
   * keeps its state. Code may catch that and go on until its time limit. Returns at once; may be called by any thread.
   *
   * @param executionId the execution; ignored when it is not the one that runs
   */
  void interrupt(String executionId);

  /**
   * Asks which variables there are, also while code runs. Names that start with an underscore, modules, and what the host
   * gave are left out.
   *
   * @return type names by variable name, attacker text, at most 256 of at most 200 characters each; empty when the sandbox did
   *     not answer by the deadline
   */
  Optional<Map<String, String>> variables(Deadline deadline) throws InterruptedException;

  /** Returns whether the sandbox can still run code, as far as the host knows. */
  boolean alive();

  /** Destroys the sandbox. Returns at once; what takes time goes on in the background. May be called more than once. */
  @Override
  void close();
}
