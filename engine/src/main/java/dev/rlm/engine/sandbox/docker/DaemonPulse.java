package dev.rlm.engine.sandbox.docker;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether the daemon answers. It is asked every second whether it lives; one that twice in a row has not said so within
 * {@value #PATIENCE_SECONDS} seconds, nor answered anything else meanwhile, is silent: calls under way fail at that moment, and new
 * ones at once, until it answers again. However long a call may take by its own deadline, a daemon that hangs so costs nobody more
 * than some twelve seconds. Twice, because a process that was stopped for a while itself finds that its question was not answered in
 * time; any answer counts, because a daemon with much to do is late and not silent.
 *
 * <p>It is asked on threads of the platform: virtual ones stand still while a few of them hold their carriers, by computing or by
 * reading a file that the kernel holds up, and then it would be the engine that is silent, and the daemon that is blamed.
 *
 * <p>A daemon that refuses connections fails calls by itself, at once, and is not silent; its return is noticed all the same.
 *
 * <p>Safe for use by many threads.
 */
final class DaemonPulse implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DaemonPulse.class);

  private static final int PATIENCE_SECONDS = 5;
  private static final int MISSES = 2;
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final Runnable ping;
  private final Duration period;
  private final Duration patience;
  private final Set<Watch> underWay = ConcurrentHashMap.newKeySet();
  private final Semaphore changes = new Semaphore(0);
  private final Thread beating;
  private volatile boolean silent;
  private boolean away;
  private int missed;
  private volatile boolean heard;

  /** The daemon does not answer. */
  static final class SilentException extends Exception {
    private static final long serialVersionUID = 1L;

    SilentException() {
      super("it does not answer", null, false, false);
    }
  }

  /** Starts to ask by {@code ping}, which throws when the daemon cannot be reached, and may be interrupted. */
  DaemonPulse(Runnable ping) {
    this(ping, PERIOD, Duration.ofSeconds(PATIENCE_SECONDS));
  }

  DaemonPulse(Runnable ping, Duration period, Duration patience) {
    this.ping = ping;
    this.period = period;
    this.patience = patience;
    this.beating = Thread.ofPlatform().daemon().name("daemon-pulse").start(this::beatForEver);
  }

  /** Returns whether the daemon answered lately, or refused at once. */
  boolean answers() {
    return !silent;
  }

  /** The daemon has answered something. */
  void heard() {
    heard = true;
  }

  /** Fails {@code answer} with a {@link SilentException} as soon as the daemon is silent, until the result is closed. */
  Watch watch(CompletableFuture<?> answer) {
    Watch watch = new Watch(answer);
    underWay.add(watch);
    if (silent) {
      watch.fail();
    }
    return watch;
  }

  /** A call under way. */
  final class Watch implements AutoCloseable {

    private final CompletableFuture<?> answer;

    private Watch(CompletableFuture<?> answer) {
      this.answer = answer;
    }

    private void fail() {
      answer.completeExceptionally(new SilentException());
    }

    @Override
    public void close() {
      underWay.remove(this);
    }
  }

  /** A caller stopped waiting for the daemon, which may do all the same what it was asked. */
  void abandoned() {
    changes.release();
  }

  /**
   * Waits for the daemon to come back after it was silent or away, or for a caller that stops waiting for it. One thread may do so.
   *
   * @return whether one of them happened within the time
   */
  boolean awaitChange(Duration time) throws InterruptedException {
    boolean changed = changes.tryAcquire(time.toNanos(), TimeUnit.NANOSECONDS);
    changes.drainPermits();
    return changed;
  }

  private void beatForEver() {
    try {
      while (true) {
        beat();
        if (missed == 0 || silent) {
          Thread.sleep(period);
        }
      }
    } catch (InterruptedException e) {
      log.trace("the daemon is asked no more");
    }
  }

  private void beat() throws InterruptedException {
    heard = false;
    FutureTask<Boolean> answer = new FutureTask<>(ping, true);
    Thread.ofPlatform().daemon().name("daemon-ping").start(answer);
    try {
      answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      missed = 0;
      isBack();
    } catch (ExecutionException e) {
      missed = 0;
      away = true;
      silent = false; // Calls fail by themselves, and say why.
      log.debug("the Docker daemon cannot be reached", e);
    } catch (TimeoutException e) {
      missed = heard ? 0 : missed + 1;
      if (missed >= MISSES) {
        isSilent();
      }
    } finally {
      answer.cancel(true);
    }
  }

  private void isBack() {
    if (silent) {
      log.warn("the Docker daemon answers again");
    }
    silent = false;
    if (away) {
      away = false;
      changes.release();
    }
  }

  private void isSilent() {
    if (!silent) {
      log.error("the Docker daemon does not answer: nothing more is asked of it until it does");
    }
    away = true;
    silent = true;
    underWay.forEach(Watch::fail);
  }

  @Override
  public void close() {
    beating.interrupt();
  }
}
