package dev.rlm.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Work that several do at one time, each beginning anew when it is done; and how much of it was done. Used by one thread. */
final class Load {

  private double seconds;
  private double done;

  /**
   * Works for a while. What is under way at the end counts with the part of it that fell into the time.
   *
   * @param width how many work at one time
   */
  void run(int width, Duration time, Callable<Boolean> work) throws Exception {
    long started = System.nanoTime();
    long end = started + time.toNanos();
    List<Future<Double>> workers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < width; i++) {
        workers.add(threads.submit(() -> workUntil(end, work)));
      }
    }
    for (Future<Double> worker : workers) {
      try {
        done += worker.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("what is measured failed", e.getCause());
      }
    }
    seconds += time.toNanos() / 1e9;
  }

  private static double workUntil(long end, Callable<Boolean> work) throws Exception {
    double pieces = 0;
    while (true) {
      long begun = System.nanoTime();
      if (begun - end >= 0) {
        return pieces;
      }
      work.call();
      long over = System.nanoTime();
      pieces += over - end <= 0 ? 1 : (double) (end - begun) / (over - begun);
    }
  }

  double perSecond() {
    return done / seconds;
  }
}
