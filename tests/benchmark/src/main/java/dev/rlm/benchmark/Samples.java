package dev.rlm.benchmark;

import java.util.Arrays;
import java.util.concurrent.Callable;

/** Times that were measured, in nanoseconds. Used by one thread. */
final class Samples {

  private static final double MILLI = 1e6;

  private long[] nanos = new long[16];
  private int count;

  void add(long value) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = value;
  }

  /** Measures how long something takes, and returns what it returns. */
  <T> T time(Callable<T> work) throws Exception {
    long started = System.nanoTime();
    T result = work.call();
    add(System.nanoTime() - started);
    return result;
  }

  int count() {
    return count;
  }

  double medianMillis() {
    return quantileMillis(0.5);
  }

  double p99Millis() {
    return quantileMillis(0.99);
  }

  /**
   * Returns the smallest value that so large a part of all values does not exceed, in milliseconds.
   *
   * @throws IllegalStateException when nothing was measured
   */
  double quantileMillis(double part) {
    if (count == 0) {
      throw new IllegalStateException("nothing was measured");
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return sorted[Math.max(0, (int) Math.ceil(part * count) - 1)] / MILLI;
  }
}
