package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.Sandbox;
import java.util.Optional;

/** Where an execution gets its sandbox from: one of its own, or that of a session. */
@FunctionalInterface
public interface SandboxSource {

  /**
   * Waits for a sandbox.
   *
   * @param context what the execution binds its context to, so that copies of it are recognised on the way out
   * @throws dev.rlm.engine.sandbox.EngineException when there is none by the deadline
   */
  Use take(Optional<GuestContext> context, Deadline deadline) throws InterruptedException;

  /** The right to run one execution in a sandbox. Closing it gives the sandbox back, or destroys it. */
  interface Use extends AutoCloseable {

    /** Returns the sandbox. */
    Sandbox sandbox();

    /** Returns the way out of it. */
    Egress.Session egress();

    /** Returns whether the sandbox had been waiting. */
    boolean warm();

    @Override
    void close();
  }
}
