package dev.rlm.engine.app;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C and SIGTERM into an interrupt of the thread that works, and lets it tidy up before the process ends. The process's
 * exit status is then the signal's: 130 after Ctrl-C.
 */
final class TidyExit {

  /** After Ctrl-C. */
  static final int INTERRUPTED = 130;

  /** How long tidying up may take: sandboxes are removed in it. */
  private static final Duration TIDYING = Duration.ofSeconds(20);

  private TidyExit() {}

  /** Does the work; returns {@link #INTERRUPTED} where it was interrupted. */
  static int run(Callable<Integer> work) throws Exception {
    CountDownLatch tidy = new CountDownLatch(1);
    Thread worker = Thread.currentThread();
    Thread hook = Thread.ofPlatform().name("tidy").unstarted(() -> interrupt(worker, tidy));
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.call();
    } catch (InterruptedException e) {
      return INTERRUPTED;
    } finally {
      tidy.countDown();
      forget(hook);
    }
  }

  private static void interrupt(Thread worker, CountDownLatch tidy) {
    worker.interrupt();
    try {
      if (!tidy.await(TIDYING.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println("rlm: not everything could be tidied up in time; the next engine does it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending, and waits for this thread no more.
    }
  }
}
