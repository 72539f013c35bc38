package dev.rlm.engine.sandbox.pool;

import java.time.Duration;

/**
 * How many sandboxes wait, and how many there may be.
 *
 * @param size how many are kept waiting; 0 makes each one when it is asked for
 * @param parallel how many are made at one time when somebody waits for one
 * @param ceiling how many may live at one time, waiting or in use
 * @param createTimeout how long it may take to make one
 */
public record PoolSettings(int size, int parallel, int ceiling, Duration createTimeout) {

  /** Refuses figures that make no sense together with {@link IllegalArgumentException}. */
  public PoolSettings {
    if (size < 0 || parallel < 1 || ceiling < Math.max(1, size)) {
      throw new IllegalArgumentException(
          "a pool of %d, %d made at a time, at most %d".formatted(size, parallel, ceiling));
    }
  }
}
