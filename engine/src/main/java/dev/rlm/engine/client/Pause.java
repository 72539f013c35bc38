package dev.rlm.engine.client;

import java.time.Duration;

/** Waits between two attempts. */
@FunctionalInterface
interface Pause {

  /** Waits as long as given. */
  void take(Duration time) throws InterruptedException;
}
