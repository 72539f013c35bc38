package dev.rlm.engine.sandbox.pool;

import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.Sandbox;
import dev.rlm.engine.sandbox.SandboxRuntime;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps sandboxes waiting, started and never used, and hands each out once.
 *
 * <p>All state is under one lock; sandboxes are made outside it, by virtual threads that are started when there is something to
 * make and end when there is not. Invariants: {@code idle + making + leased <= ceiling}; {@code making <= parallel}; while
 * somebody waits nothing is idle, and a maker is running for each of the first {@code parallel} who wait, unless the ceiling forbids
 * it. Who waits is served in the order of coming. A making that fails is told to the one who has waited longest, and to nobody
 * later: each caller costs the daemon at most one failed attempt, and when nobody waits, the next comes after a pause.
 *
 * <p>Making a sandbox costs a good part of a second of processor time in the daemon and the runtime, which on a small machine comes
 * out of the run that was just let in. So the pool is filled up one at a time, when that run is over and its answer is out, or after
 * a short while; for those who wait, at once, and several at a time.
 *
 * <p>Sandboxes that are being destroyed no longer count: their memory goes with the kill that comes first.
 */
public final class SandboxPool implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SandboxPool.class);

  /** How long makers under way may take to end by themselves when the pool is closed, and then when they are interrupted. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final SandboxRuntime runtime;
  private final SandboxSpec spec;
  private final PoolSettings settings;
  private final Pace pace;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition changed = lock.newCondition();
  private final Deque<Sandbox> idle = new ArrayDeque<>();
  private final Deque<Waiter> waiters = new ArrayDeque<>();
  private final Set<Thread> makers = new HashSet<>();
  private final Thread housekeeping;
  private int leased;
  private long lastReturn = System.nanoTime();
  private long fillFrom = System.nanoTime();
  private boolean closed;

  /**
   * When things that nobody waits for are done.
   *
   * @param politeness how long filling up stands back behind runs under way, at the most
   * @param answer how long after a run its answer may still be on its way
   * @param afterFailure how long after a making that failed, with nobody waiting, the next one is tried
   * @param housekeeping how often the pool looks for dead ones among the waiting
   */
  record Pace(Duration politeness, Duration answer, Duration afterFailure, Duration housekeeping) {
    static final Pace STANDARD = new Pace(Duration.ofMillis(200), Duration.ofMillis(20), Duration.ofSeconds(2), Duration.ofSeconds(2));
  }

  /** Somebody who waits, and what he gets: one of the two, once. Guarded by the lock. */
  private static final class Waiter {
    private final Condition told;
    private @Nullable Sandbox sandbox;
    private @Nullable SandboxUnavailableException failure;

    Waiter(Condition told) {
      this.told = told;
    }
  }

  /** Creates a pool and begins to fill it. */
  public SandboxPool(SandboxRuntime runtime, SandboxSpec spec, PoolSettings settings) {
    this(runtime, spec, settings, Pace.STANDARD);
  }

  SandboxPool(SandboxRuntime runtime, SandboxSpec spec, PoolSettings settings, Pace pace) {
    this.runtime = runtime;
    this.spec = spec;
    this.settings = settings;
    this.pace = pace;
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
      if (closed) {
        throw stopping();
      }
      Sandbox waited = pollLiving();
      if (waited == null) {
        return lease(awaitNext(deadline), false);
      }
      leased++;
      makeWhatIsWanted();
      return lease(waited, true);
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a sandbox, which counts as leased from the moment it is handed over. Called under the lock. */
  private Sandbox awaitNext(Deadline deadline) throws InterruptedException {
    Waiter waiter = new Waiter(lock.newCondition());
    waiters.add(waiter);
    makeWhatIsWanted();
    changed.signalAll(); // A maker that stands back need not do so any more.
    boolean waited = false;
    try {
      long left = deadline.remaining().toNanos();
      while (waiter.sandbox == null && waiter.failure == null && !closed && left > 0) {
        left = waiter.told.awaitNanos(left);
      }
      waited = true;
    } finally {
      waiters.remove(waiter);
      if (!waited && waiter.sandbox != null) {
        leased--;
        offer(waiter.sandbox);
      }
    }
    if (waiter.sandbox != null) {
      return waiter.sandbox;
    }
    throw waiter.failure != null ? waiter.failure : closed ? stopping() : late();
  }

  private SandboxUnavailableException late() {
    boolean full = leased + makers.size() >= settings.ceiling();
    return new SandboxUnavailableException(
        full ? SandboxUnavailableException.Reason.CAPACITY : SandboxUnavailableException.Reason.DAEMON,
        full
            ? "all %d sandboxes are in use (RLM_MAX_SANDBOXES): try again later".formatted(settings.ceiling())
            : "no sandbox was made in time: try again later");
  }

  private static SandboxUnavailableException stopping() {
    return new SandboxUnavailableException(
        SandboxUnavailableException.Reason.CAPACITY, "the engine is stopping: no more sandboxes are handed out");
  }

  private @Nullable Sandbox pollLiving() {
    for (Sandbox sandbox = idle.poll(); sandbox != null; sandbox = idle.poll()) {
      if (sandbox.alive()) {
        return sandbox;
      }
      buryDead(sandbox);
    }
    return null;
  }

  private static void buryDead(Sandbox sandbox) {
    log.warn("a waiting sandbox has died and is replaced");
    sandbox.close();
  }

  private SandboxLease lease(Sandbox sandbox, boolean warm) {
    return new SandboxLease(sandbox, warm, this::returned);
  }

  private void returned() {
    lock.lock();
    try {
      leased--;
      lastReturn = System.nanoTime();
      makeWhatIsWanted();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Hands a sandbox to the one who has waited longest, or keeps it, or destroys what is too many. Called under the lock. */
  private void offer(Sandbox sandbox) {
    Waiter first = closed ? null : waiters.poll();
    if (first != null) {
      leased++;
      first.sandbox = sandbox;
      first.told.signal();
    } else if (!closed && idle.size() < settings.size()) {
      idle.add(sandbox);
    } else {
      sandbox.close();
    }
  }

  private boolean wanted() {
    if (closed || idle.size() + makers.size() + leased >= settings.ceiling()) {
      return false;
    }
    return waiters.isEmpty()
        ? makers.isEmpty() && idle.size() < settings.size() && System.nanoTime() - fillFrom >= 0
        : makers.size() < Math.min(waiters.size(), settings.parallel());
  }

  /** Called under the lock, whenever somebody comes or goes. */
  private void makeWhatIsWanted() {
    while (wanted()) {
      Thread maker = Thread.ofVirtual().name("pool-maker").unstarted(this::make);
      makers.add(maker);
      maker.start();
    }
  }

  private void make() {
    Sandbox sandbox = null;
    SandboxUnavailableException failed = null;
    try {
      if (standBack()) {
        sandbox = runtime.create(spec, Deadline.after(settings.createTimeout()));
      }
    } catch (SandboxUnavailableException e) {
      failed = e;
    } catch (InterruptedException e) {
      failed = stopping(); // Only closing interrupts a maker.
    } catch (RuntimeException | Error e) {
      log.error("a sandbox could not be made", e);
      failed = new SandboxUnavailableException(SandboxUnavailableException.Reason.DAEMON, "a sandbox could not be made", e);
    }
    made(sandbox, failed);
  }

  private void made(@Nullable Sandbox sandbox, @Nullable SandboxUnavailableException failed) {
    lock.lock();
    try {
      makers.remove(Thread.currentThread());
      if (sandbox != null) {
        offer(sandbox);
      }
      if (failed != null) {
        tellFailure(failed);
      }
      makeWhatIsWanted();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void tellFailure(SandboxUnavailableException failed) {
    Waiter first = waiters.poll();
    if (first != null) {
      first.failure = failed;
      first.told.signal();
    } else if (!closed) {
      log.warn("the pool is not filled: {}", failed.getMessage());
      fillFrom = System.nanoTime() + pace.afterFailure().toNanos();
    }
  }

  /** Waits while runs are under way and nobody waits for a sandbox, but not for long; tells whether one is still to be made. */
  private boolean standBack() throws InterruptedException {
    long begun = System.nanoTime();
    lock.lockInterruptibly();
    try {
      long left = standBackFor(begun);
      while (left > 0 && waiters.isEmpty() && !closed) {
        changed.awaitNanos(left);
        left = standBackFor(begun);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private long standBackFor(long begun) {
    long now = System.nanoTime();
    long left = pace.politeness().toNanos() - (now - begun);
    return leased > 0 ? left : Math.min(left, pace.answer().toNanos() - (now - lastReturn));
  }

  private void keepHouse() {
    try {
      while (replaceDead()) {
        Thread.sleep(pace.housekeeping());
      }
    } catch (InterruptedException e) {
      log.trace("the pool's housekeeping ends");
    }
  }

  private boolean replaceDead() {
    lock.lock();
    try {
      idle.removeIf(
          sandbox -> {
            boolean dead = !sandbox.alive();
            if (dead) {
              buryDead(sandbox);
            }
            return dead;
          });
      makeWhatIsWanted();
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how it stands now. */
  public Figures figures() {
    lock.lock();
    try {
      return new Figures(settings.size(), idle.size(), makers.size(), leased, waiters.size());
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

  /**
   * Destroys the waiting sandboxes, refuses those who wait, and makes no more. Waits a few seconds for what is being made, so that
   * none comes up when nobody is there to destroy it. Those in use are their holders' to close.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      idle.forEach(Sandbox::close);
      idle.clear();
      waiters.forEach(waiter -> waiter.told.signal());
      changed.signalAll();
      housekeeping.interrupt();
      if (!awaitMakers()) {
        makers.forEach(Thread::interrupt);
        if (!awaitMakers()) {
          log.warn("{} sandboxes are still being made, and are left to the next engine", makers.size());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitMakers() {
    long left = CLOSE_PATIENCE.toNanos();
    try {
      while (!makers.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // No more waiting then.
    }
    return makers.isEmpty();
  }
}
