package dev.rlm.engine.repl;

import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.execution.EgressFinding;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where the code of one loop runs: a sandbox that keeps its state, wherever it is. One block runs at a time. What comes out has
 * passed the egress filter.
 */
public interface Workspace extends AutoCloseable {

  /** Opens workspaces. */
  interface Factory {

    /**
     * Opens one.
     *
     * @param context what code finds as {@code context}
     * @param nested whether it is for a loop that code of another one waits for, so that it must not wait for that code's end
     * @throws dev.rlm.engine.sandbox.EngineException when there is none to be had
     */
    Workspace open(GuestContext context, boolean nested) throws InterruptedException;
  }

  /**
   * Runs a block of code.
   *
   * @param calls answers the functions that the code may call
   * @throws dev.rlm.engine.sandbox.EngineException when it cannot be run; the workspace is of no use any more
   * @throws InterruptedException when the calling thread was interrupted; the code is interrupted too
   */
  BlockResult run(String code, Duration timeout, HostCalls calls) throws InterruptedException;

  /** Returns the filter before what leaves the loop by other ways than its code. */
  Egress.Session egress();

  /** Destroys the sandbox. May be called more than once. */
  @Override
  void close();

  /**
   * What came of a block.
   *
   * @param outcome how it ended, as {@code POST /execute} names it
   * @param stdout what it printed
   * @param stderr what it wrote as errors
   * @param result {@code repr} of the last expression's value
   * @param error what went wrong
   * @param changed the names of the variables that it bound or changed; empty when not all of them are known
   * @param usable whether the workspace still has its state, so that another block can run in it
   * @param findings what the filter found
   */
  record BlockResult(
      String outcome,
      String stdout,
      String stderr,
      Optional<String> result,
      Optional<ExecutionError> error,
      Optional<Set<String>> changed,
      boolean usable,
      List<EgressFinding> findings) {

    /** Copies the collections. */
    public BlockResult {
      changed = changed.map(Set::copyOf);
      findings = List.copyOf(findings);
    }
  }
}
