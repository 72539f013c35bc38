package dev.rlm.engine.session;

import dev.rlm.engine.execution.ContextHolds;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.execution.SandboxSource;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.Sandbox;
import dev.rlm.engine.sandbox.pool.SandboxLease;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox that keeps its state from one execution to the next, for one caller. One execution runs at a time; others wait for
 * their turn in the order in which they came.
 *
 * <p>Safe for use by many threads. The turn is a fair semaphore; what ended the session is written once and never changes.
 */
public final class Session implements SandboxSource {

  private final SessionId id;
  private final String owner;
  private final SandboxLease lease;
  private final Egress.Session egress;
  private final Optional<GuestContext> context;
  private final Instant created;
  private final Semaphore turn = new Semaphore(1, true);
  private final AtomicInteger executions = new AtomicInteger();
  private volatile long lastUsedNanos = System.nanoTime();
  private volatile boolean contextBound;
  private final Map<GuestContext.Stored, ContextHolds.Hold> holds = new HashMap<>();
  private volatile @Nullable String ended;

  Session(
      SessionId id,
      String owner,
      SandboxLease lease,
      Egress.Session egress,
      Optional<GuestContext> context,
      Instant created) {
    this.id = id;
    this.owner = owner;
    this.lease = lease;
    this.egress = egress;
    this.context = context;
    this.created = created;
  }

  /** Returns its name. */
  public SessionId id() {
    return id;
  }

  boolean belongsTo(String caller) {
    return owner.equals(caller);
  }

  /** Returns when it was opened. */
  public Instant created() {
    return created;
  }

  /** Returns how long it has not been used; zero while an execution is under way. */
  public Duration idle() {
    return turn.availablePermits() == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - lastUsedNanos);
  }

  /** Returns how many executions were begun. */
  public int executions() {
    return executions.get();
  }

  /** Returns what the session was opened with, for the first execution to bind. */
  public Optional<GuestContext> firstContext() {
    return contextBound ? Optional.empty() : context;
  }

  /** Returns what ended the session; empty while it lives. */
  public Optional<String> ended() {
    String cause = ended;
    if (cause == null && !lease.sandbox().alive()) {
      return Optional.of("its sandbox has ended");
    }
    return Optional.ofNullable(cause);
  }

  /**
   * Waits for its turn.
   *
   * @throws SessionException when the session has ended, or the turn did not come in time
   */
  @Override
  public Use take(Optional<GuestContext> asked, Deadline deadline) throws InterruptedException {
    refuseIfEnded();
    if (!turn.tryAcquire(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
      throw new SessionException(
          SessionException.Reason.BUSY, "another execution is under way in session %s".formatted(id.value()));
    }
    boolean taken = false;
    try {
      refuseIfEnded();
      executions.incrementAndGet();
      taken = true;
      return new Turn();
    } finally {
      if (!taken) {
        turn.release();
      }
    }
  }

  /** Refuses to go on with a session that has ended, with {@link SessionException}. */
  public void refuseIfEnded() {
    Optional<String> cause = ended();
    if (cause.isPresent()) {
      throw new SessionException(
          SessionException.Reason.GONE, "session %s has ended: %s".formatted(id.value(), cause.get()));
    }
  }

  /** Ends the session if it has not been used for as long as given; one that is in use just now is left alone. */
  void expire(Duration timeToLive) {
    if (idle().compareTo(timeToLive) > 0 && turn.tryAcquire()) {
      try {
        if (Duration.ofNanos(System.nanoTime() - lastUsedNanos).compareTo(timeToLive) > 0) {
          end("it was not used for %d s".formatted(timeToLive.toSeconds()));
        }
      } finally {
        turn.release();
      }
    }
  }

  /** Holds a document for as long as the session lives: its code may read what it was once given at any time. */
  void keep(GuestContext given, ContextHolds contexts) {
    if (!(given instanceof GuestContext.Stored stored)) {
      return;
    }
    ContextHolds.Hold hold = contexts.hold(stored);
    synchronized (this) {
      if (ended == null && holds.putIfAbsent(stored, hold) == null) {
        return;
      }
    }
    hold.close(); // The session has ended, or holds it already.
  }

  /** Ends the session and destroys its sandbox. The first cause is the one that is told from then on. */
  void end(String cause) {
    synchronized (this) {
      if (ended != null) {
        return;
      }
      ended = cause;
    }
    lease.close();
    holds.values().forEach(ContextHolds.Hold::close); // Nobody adds to them any more.
  }

  /** One execution's right to the sandbox. */
  private final class Turn implements Use {

    @Override
    public Sandbox sandbox() {
      return lease.sandbox();
    }

    @Override
    public Egress.Session egress() {
      return egress;
    }

    @Override
    public boolean warm() {
      return true;
    }

    @Override
    public void close() {
      contextBound = true;
      lastUsedNanos = System.nanoTime();
      turn.release();
    }
  }
}
