package dev.rlm.engine.sandbox;

/**
 * Receives what guest code writes, in order, while it runs. Called by one thread at a time, and never after the execution's
 * result was returned. Must not block for long: the sandbox waits meanwhile.
 */
@FunctionalInterface
public interface OutputListener {

  /** Where text was written. */
  enum Stream {
    /** File descriptor 1. */
    STDOUT,
    /** File descriptor 2. */
    STDERR
  }

  /** Takes a piece of at most 1 Mi characters; an honest agent sends at most 64 Ki. */
  void output(Stream stream, String text);
}
