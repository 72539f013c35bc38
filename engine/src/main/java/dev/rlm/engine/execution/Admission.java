package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.Deadline;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a bounded number of executions run and a bounded number wait, in the order in which they came. Safe for use by many
 * threads.
 */
public final class Admission implements AutoCloseable {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final int maxConcurrent;
  private final int maxQueued;
  private final Semaphore running;
  private final AtomicInteger admitted = new AtomicInteger();
  private volatile boolean stopping;

  /** Creates the gate for {@code maxConcurrent} running and {@code maxQueued} waiting executions. */
  public Admission(int maxConcurrent, int maxQueued) {
    this.maxConcurrent = maxConcurrent;
    this.maxQueued = maxQueued;
    this.running = new Semaphore(maxConcurrent, true);
  }

  /** The right to run. Closing it lets the next one in. */
  interface Permit extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Waits for a turn.
   *
   * @throws OverloadedException at once when the queue is full or the engine is stopping, and at the deadline
   */
  Permit acquire(Deadline deadline) throws InterruptedException {
    if (stopping) {
      throw stopping();
    }
    if (admitted.incrementAndGet() > maxConcurrent + maxQueued) {
      admitted.decrementAndGet();
      throw new OverloadedException(
          OverloadedException.Reason.QUEUE_FULL,
          "%d executions run and %d wait: try again later".formatted(maxConcurrent, maxQueued),
          RETRY_AFTER);
    }
    boolean mayRun = false;
    try {
      mayRun = running.tryAcquire(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
      if (!mayRun) {
        throw new OverloadedException(
            OverloadedException.Reason.QUEUE_TIMEOUT, "no turn came in time: try again later", RETRY_AFTER);
      }
      if (stopping) {
        running.release();
        mayRun = false;
        throw stopping();
      }
    } finally {
      if (!mayRun) {
        admitted.decrementAndGet();
      }
    }
    return this::release;
  }

  private void release() {
    running.release();
    admitted.decrementAndGet();
  }

  private static OverloadedException stopping() {
    return new OverloadedException(
        OverloadedException.Reason.STOPPING, "the engine is stopping", RETRY_AFTER);
  }

  /** Returns how many executions run or wait. */
  public int admitted() {
    return admitted.get();
  }

  /** Lets nobody in any more. Those who run go on. */
  @Override
  public void close() {
    stopping = true;
  }

  /**
   * Waits until nothing runs or waits any more.
   *
   * @return whether that came before the deadline
   */
  public boolean awaitIdle(Deadline deadline) throws InterruptedException {
    if (!running.tryAcquire(maxConcurrent, deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    running.release(maxConcurrent);
    return true;
  }
}
