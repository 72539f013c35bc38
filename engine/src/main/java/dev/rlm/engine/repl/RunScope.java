package dev.rlm.engine.repl;

import dev.rlm.engine.sandbox.Deadline;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All threads that work for one run, so that they can be stopped at one time: a tree that is stopped from its root alone would take a
 * moment for each of its levels. Safe for use by many threads.
 */
final class RunScope {

  private final Deadline deadline;
  private final Set<Thread> threads = new HashSet<>();
  private @Nullable Stop stop;

  /** Why a run is stopped from outside. */
  enum Stop {
    /** Its time is over. */
    TIME,
    /** Nobody wants it any more. */
    CANCELLED
  }

  RunScope(Deadline deadline) {
    this.deadline = deadline;
  }

  Deadline deadline() {
    return deadline;
  }

  /** A thread's part in the run. Once it is closed, the thread is not interrupted for the run's sake. */
  interface Part extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Lets the calling thread work for the run; it is interrupted when the run is stopped.
   *
   * @throws InterruptedException when it has been stopped already
   */
  synchronized Part join() throws InterruptedException {
    if (stop != null) {
      throw new InterruptedException();
    }
    Thread thread = Thread.currentThread();
    threads.add(thread);
    return () -> leave(thread);
  }

  private synchronized void leave(Thread thread) {
    threads.remove(thread);
    notifyAll();
  }

  /**
   * Waits until no thread works for the run any more, so that nothing is told or spent afterwards; but no longer than this. An
   * interrupt of the calling thread does not shorten it.
   */
  synchronized void awaitEnd(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    boolean interrupted = false;
    for (long left = patience.toMillis(); !threads.isEmpty() && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
      try {
        wait(left);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Interrupts all threads, and lets no others join. The first reason is the one that counts. */
  synchronized void stop(Stop why) {
    if (stop == null) {
      stop = why;
      threads.forEach(Thread::interrupt);
    }
  }

  /** Returns whether the run was stopped for that reason. */
  synchronized boolean stopped(Stop why) {
    return stop == why;
  }
}
