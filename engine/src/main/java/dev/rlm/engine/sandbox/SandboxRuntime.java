package dev.rlm.engine.sandbox;

/** Makes sandboxes. Implementations are safe for use by many threads. */
public interface SandboxRuntime extends AutoCloseable {

  /**
   * Creates a sandbox whose interpreter is up and waits for code.
   *
   * @throws SandboxUnavailableException when none could be had within the deadline; nothing is left behind
   * @throws InterruptedException when the calling thread was interrupted; nothing is left behind
   */
  Sandbox create(SandboxSpec spec, Deadline deadline) throws InterruptedException;

  /**
   * Finds out whether sandboxes can read files of this machine where they lie, and makes do without where they cannot. To be
   * called once, before sandboxes are made for use.
   *
   * @param fresh a sandbox that has run nothing but the engine's own code, to try it in
   */
  default void proveFiles(Sandbox fresh) throws InterruptedException {}

  /** Returns the isolation in force, fixed when the runtime was opened. */
  Isolation isolation();

  /**
   * Checks that sandboxes can be created now: that the daemon answers and the image is the right one.
   *
   * @throws SandboxUnavailableException with what is wrong
   */
  void check(Deadline deadline) throws InterruptedException;

  /** Destroys what is left of this runtime's sandboxes, within a bounded time. */
  @Override
  void close();
}
