package dev.rlm.engine.sandbox.pool;

import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.Sandbox;
import dev.rlm.engine.sandbox.SandboxRuntime;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps sandboxes waiting, started and never used, and hands each out once.
 *
 * <p>All state is under one lock; sandboxes are made outside it, by virtual threads that are started when there is something to
 * make and end when there is not. Invariants: {@code idle + making + leased <= ceiling}; {@code making <= parallel}; a maker is
 * running or starting whenever somebody waits and the ceiling allows one more.
 *
 * <p>Making a sandbox costs a good part of a second of processor time in the daemon and the runtime, which on a small machine comes
 * out of the run that was just let in. So the pool is filled up again when that run is over, or after a short while, unless
 * somebody waits: then at once, and several at a time.
 */
public final class SandboxPool implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SandboxPool.class);

  /** How long filling up waits for runs under way. */
  private static final Duration POLITENESS = Duration.ofMillis(200);


  

  /** How often dead ones among the waiting are looked for. */
  private static final Duration HOUSEKEEPING = Duration.ofSeconds(2);

  private final SandboxRuntime runtime;
  private final SandboxSpec spec;
  private final PoolSettings settings;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition changed = lock.newCondition();
  private final Deque<Sandbox> idle = new ArrayDeque<>();
  private final Thread housekeeping;
  private int making;
  private int waiting;
  private int leased;
  private int failuresToTell;
  private @Nullable SandboxUnavailableException failure;
  private boolean closed;

  /** Creates a pool and begins to fill it. */
  public SandboxPool(SandboxRuntime runtime, SandboxSpec spec, PoolSettings settings) {
    this.runtime = runtime;
    this.spec = spec;
    this.settings = settings;
    this.housekeeping = Thread.ofVirtual().name("pool-housekeeping").start(this::keepHouse);
  }

  /**
   * Takes a sandbox: one that waits, or else the next one that is made.
   *
   * @throws SandboxUnavailableException when none could be made, or none came by the deadline
   */
  public SandboxLease take(Deadline deadline) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Sandbox waited = pollLiving();
      if (waited != null) {
        return lease(waited, true);
      }
      waiting++;
      try {
        return awaitNext(deadline);
      } finally {
        waiting--;
      }
    } finally {
      lock.unlock();
    }
  }

  private SandboxLease awaitNext(Deadline deadline) throws InterruptedException {
    long left = deadline.remaining().toNanos();
    while (true) {
      if (closed) {
        throw unavailable("the pool is closed");
      }
      Sandbox made = pollLiving();
      if (made != null) {
        return lease(made, false);
      }
      SandboxUnavailableException told = failure;
      if (told != null && failuresToTell > 0) {
        failuresToTell--;
        throw told;
      }
      if (left <= 0) {
        throw unavailable(
            leased + making >= settings.ceiling()
                ? "all %d sandboxes are in use".formatted(settings.ceiling())
                : "no sandbox was made in time");
      }
      startMakers();
      left = changed.awaitNanos(left);
    }
  }

  private @Nullable Sandbox pollLiving() {
    for (Sandbox sandbox = idle.poll(); sandbox != null; sandbox = idle.poll()) {
      if (sandbox.alive()) {
        return sandbox;
      }
      sandbox.close();
    }
    return null;
  }

  private SandboxLease lease(Sandbox sandbox, boolean warm) {
    leased++;
    startMakers();
    return new SandboxLease(sandbox, warm, this::returned);
  }

  private void returned() {
    lock.lock();
    try {
      leased--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean wanted() {
    return !closed
        && idle.size() + making < settings.size() + waiting
        && idle.size() + making + leased < settings.ceiling()
        && making < (waiting > 0 ? settings.parallel() : 1);
  }

  /** Called under the lock. */
  private void startMakers() {
    while (wanted()) {
      making++;
      Thread.ofVirtual().name("pool-maker").start(this::make);
    }
  }

  private void make() {
    Sandbox sandbox = null;
    SandboxUnavailableException failed = null;
    try {
      beBehindLiveWork();
      sandbox = runtime.create(spec, Deadline.after(settings.createTimeout()));
    } catch (SandboxUnavailableException e) {
      failed = e;
    } catch (RuntimeException e) {
      log.error("a sandbox could not be made", e);
      failed = new SandboxUnavailableException(SandboxUnavailableException.Reason.DAEMON, "a sandbox could not be made", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Nobody interrupts this thread.
    }
    made(sandbox, failed);
  }

  private void made(@Nullable Sandbox sandbox, @Nullable SandboxUnavailableException failed) {
    lock.lock();
    try {
      if (failed != null) {
        tellFailure(failed);
      }
      making--;
      if (sandbox != null && closed) {
        sandbox.close();
      } else if (sandbox != null) {
        idle.add(sandbox);
        failuresToTell = 0;
      }
      changed.signalAll();
      if (failed == null) {
        startMakers();
      }
    } finally {
      lock.unlock();
    }
  }

  /** One who waits hears of the failure, and the others go on waiting; the next attempt is somebody's who still waits. */
  private void tellFailure(SandboxUnavailableException failed) {
    if (waiting > failuresToTell) {
      failure = failed;
      failuresToTell++;
    } else {
      log.warn("the pool is not filled: {}", failed.getMessage());
    }
  }

  private void beBehindLiveWork() throws InterruptedException {
    long left = POLITENESS.toNanos();
    lock.lock();
    try {
      while (left > 0 && leased > 0 && waiting == 0 && !closed) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private void keepHouse() {
    try {
      while (true) {
        lock.lock();
        try {
          if (closed) {
            return;
          }
          idle.removeIf(
              sandbox -> {
                if (!sandbox.alive()) {
                  log.warn("a waiting sandbox has died and is replaced");
                  sandbox.close();
                }
                return !sandbox.alive();
              });
          startMakers();
        } finally {
          lock.unlock();
        }
        Thread.sleep(HOUSEKEEPING);
      }
    } catch (InterruptedException e) {
      log.trace("the pool's housekeeping ends");
    }
  }

  /**
   * Waits until as many sandboxes wait as are kept, or the deadline.
   *
   * @return whether they do
   */
  public boolean awaitFull(Deadline deadline) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = deadline.remaining().toNanos();
      while (idle.size() < settings.size() && left > 0) {
        left = changed.awaitNanos(left);
      }
      return idle.size() >= settings.size();
    } finally {
      lock.unlock();
    }
  }

  /** Returns how it stands now. */
  public Figures figures() {
    lock.lock();
    try {
      return new Figures(settings.size(), idle.size(), making, leased, waiting);
    } finally {
      lock.unlock();
    }
  }

  /**
   * How a pool stands.
   *
   * @param size how many are kept waiting
   * @param idle how many wait
   * @param making how many are being made
   * @param leased how many are in use
   * @param waiting how many callers wait for one
   */
  public record Figures(int size, int idle, int making, int leased, int waiting) {}

  private static SandboxUnavailableException unavailable(String message) {
    return new SandboxUnavailableException(SandboxUnavailableException.Reason.DAEMON, message + ": try again later");
  }

  /** Destroys the waiting sandboxes and makes no more. Those in use are their holders' to close. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      idle.forEach(Sandbox::close);
      idle.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    housekeeping.interrupt();
  }
}
