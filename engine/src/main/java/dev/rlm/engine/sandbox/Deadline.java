package dev.rlm.engine.sandbox;

import java.time.Duration;

/**
 * A point in time by the monotonic clock, which a step of the wall clock does not move. Immutable.
 */
public final class Deadline {

  private final long nanoTime;

  private Deadline(long nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Returns the point that lies {@code duration} from now. */
  public static Deadline after(Duration duration) {
    return new Deadline(System.nanoTime() + duration.toNanos());
  }

  /** Returns the time that is left, never negative. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
  }

  /** Returns whether no time is left. */
  public boolean expired() {
    return nanoTime - System.nanoTime() <= 0;
  }

  /** Returns the earlier of this point and {@code duration} from now. */
  public Deadline within(Duration duration) {
    Deadline other = after(duration);
    return other.nanoTime - nanoTime < 0 ? other : this;
  }
}
