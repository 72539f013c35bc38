package dev.rlm.engine.sandbox.pool;

import dev.rlm.engine.sandbox.Sandbox;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A sandbox that is its holder's alone. Closing it destroys the sandbox, in the background: a sandbox that has run code is
 * never handed to anybody else. Safe for use by many threads.
 */
public final class SandboxLease implements AutoCloseable {

  private final Sandbox sandbox;
  private final boolean warm;
  private final Runnable onClose;
  private final AtomicBoolean closed = new AtomicBoolean();

  SandboxLease(Sandbox sandbox, boolean warm, Runnable onClose) {
    this.sandbox = sandbox;
    this.warm = warm;
    this.onClose = onClose;
  }

  /** Returns the sandbox. */
  public Sandbox sandbox() {
    return sandbox;
  }

  /** Returns whether the sandbox had been waiting. */
  public boolean warm() {
    return warm;
  }

  /** Ends the lease; from the second call on it does nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        sandbox.close();
      } finally {
        onClose.run();
      }
    }
  }
}
