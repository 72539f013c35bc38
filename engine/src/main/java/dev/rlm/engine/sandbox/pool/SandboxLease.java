package dev.rlm.engine.sandbox.pool;

import dev.rlm.engine.sandbox.Sandbox;

/**
 * A sandbox that is its holder's alone. Closing it destroys the sandbox, in the background: a sandbox that has run code is
 * never handed to anybody else.
 *
 * @param sandbox the sandbox
 * @param warm whether it had been waiting
 * @param onClose called once when the lease ends
 */
public record SandboxLease(Sandbox sandbox, boolean warm, Runnable onClose) implements AutoCloseable {

  @Override
  public void close() {
    sandbox.close();
    onClose.run();
  }
}
