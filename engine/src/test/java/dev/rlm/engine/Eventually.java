package dev.rlm.engine;

import java.util.concurrent.Callable;

/** The tests' one way to wait for what other threads do. */
public final class Eventually {

  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private Eventually() {}

  /** Waits until a condition holds, and fails when it does not. */
  public static void holds(String what, Callable<Boolean> condition) throws Exception {
    long begun = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - begun > PATIENCE_NANOS) {
        throw new AssertionError("it never came about: " + what);
      }
      Thread.sleep(2);
    }
  }
}
