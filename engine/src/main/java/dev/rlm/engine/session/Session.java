package dev.rlm.engine.session;

import dev.rlm.engine.execution.ContextHolds;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.ExecutionListener;
import dev.rlm.engine.execution.SandboxSource;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.OutputListener;
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
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox that keeps its state from one execution to the next, for one caller. One execution runs at a time; a bounded number
 * of others wait for their turn in the order in which they came.
 *
 * <p>Safe for use by many threads. The turn is a fair semaphore, and whoever has it alone touches what belongs to an execution.
 * What ended the session is written once and never changes.
 */
public final class Session {

  /** How many executions may wait for their turn; one more is told at once that the session is busy. */
  static final int MAX_WAITING = 16;

  private static final Duration VARIABLES_TIMEOUT = Duration.ofSeconds(1);

  private final SessionId id;
  private final String owner;
  private final SandboxLease lease;
  private final Instant created;
  private final LongSupplier nanoTime;
  private final BiConsumer<Session, String> onEnd;
  private final Semaphore turn = new Semaphore(1, true);
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger executions = new AtomicInteger();
  private volatile long lastUsed;
  private final Egress.Session way;
  private volatile Optional<GuestContext> unbound;
  private final Map<GuestContext.Stored, ContextHolds.Hold> holds = new HashMap<>();
  private volatile @Nullable String ended;

  /**
   * Creates a session.
   *
   * @param context what the first execution finds as its context
   * @param nanoTime a clock that only goes forward
   * @param onEnd called once with what ended it, before the sandbox is destroyed
   */
  Session(
      SessionId id,
      String owner,
      SandboxLease lease,
      Egress egress,
      Optional<GuestContext> context,
      Instant created,
      LongSupplier nanoTime,
      BiConsumer<Session, String> onEnd) {
    this.id = id;
    this.owner = owner;
    this.lease = lease;
    this.way = egress.open(context);
    this.unbound = context;
    this.created = created;
    this.nanoTime = nanoTime;
    this.onEnd = onEnd;
    this.lastUsed = nanoTime.getAsLong();
  }

  /** Returns its name. */
  public SessionId id() {
    return id;
  }

  String owner() {
    return owner;
  }

  /** Returns when it was opened. */
  public Instant created() {
    return created;
  }

  /** Returns how long it has not been used; zero while an execution is under way. */
  public Duration idle() {
    return turn.availablePermits() == 0 ? Duration.ZERO : unused();
  }

  private Duration unused() {
    return Duration.ofNanos(nanoTime.getAsLong() - lastUsed);
  }

  /** Returns how many executions were begun. */
  public int executions() {
    return executions.get();
  }

  /**
   * Returns the variables that the session holds: type names by name, filtered; also while code runs.
   *
   * @return empty when the sandbox does not answer within a second
   */
  public Optional<Map<String, String>> variables() throws InterruptedException {
    return lease.sandbox().variables(Deadline.after(VARIABLES_TIMEOUT)).map(way::names);
  }

  /** Asks the code of an execution to stop, as Ctrl-C does; ignored when it is not the one that runs. */
  public void interrupt(String executionId) {
    lease.sandbox().interrupt(executionId);
  }

  /**
   * Waits for its turn.
   *
   * @throws SessionException when the session has ended, as many wait as may, or the turn did not come in time
   */
  Turn takeTurn(Deadline deadline) throws InterruptedException {
    refuseIfEnded();
    if (waiting.incrementAndGet() > MAX_WAITING) {
      waiting.decrementAndGet();
      throw busy("as many executions wait in session %s as may".formatted(id.value()));
    }
    try {
      if (!turn.tryAcquire(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
        throw busy("another execution is under way in session %s".formatted(id.value()));
      }
    } finally {
      waiting.decrementAndGet();
    }
    try {
      refuseIfEnded();
    } catch (SessionException e) {
      turn.release();
      throw e;
    }
    return new Turn();
  }

  private static SessionException busy(String message) {
    return new SessionException(SessionException.Reason.BUSY, message);
  }

  private void refuseIfEnded() {
    String cause = ended;
    if (cause != null) {
      throw SessionException.gone(id, cause);
    }
  }

  /** Ends the session if its sandbox died while nothing ran in it, or it has not been used for so long. */
  void endIfUseless(Duration timeToLive) {
    boolean useful = lease.sandbox().alive() && unused().compareTo(timeToLive) <= 0;
    if (useful || !turn.tryAcquire()) {
      return;
    }
    try {
      if (!lease.sandbox().alive()) {
        end("its sandbox died while nothing ran in it");
      } else if (unused().compareTo(timeToLive) > 0) {
        end("it was not used for %s s".formatted(seconds(timeToLive)));
      }
    } finally {
      turn.release();
    }
  }

  private static String seconds(Duration time) {
    return java.math.BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString();
  }

  /** Returns the filter before what leaves this session by other ways than its executions. */
  public Egress.Session egress() {
    return way;
  }

  /** Returns whether it has ended. */
  public boolean hasEnded() {
    return ended != null;
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
    onEnd.accept(this, cause);
    lease.close();
    holds.values().forEach(ContextHolds.Hold::close); // Nobody adds to them any more.
  }

  /** One execution's right to the sandbox. Closing it lets the next one in; a session whose sandbox did not survive has ended. */
  final class Turn implements SandboxSource, AutoCloseable {

    private final Optional<GuestContext> before = unbound;
    private String cause = "an execution in it was broken off, and did not stop when it was interrupted";

    private Turn() {}

    /** Returns the command, with what the session was opened with if nothing has bound it yet. */
    ExecutionCommand bind(ExecutionCommand command) {
      return command.context().isPresent()
          ? command
          : new ExecutionCommand(command.code(), unbound, command.timeout(), command.calls(), command.nested());
    }

    /** Notes on the way to a listener that the code has begun. */
    ExecutionListener noting(ExecutionListener listener) {
      return new ExecutionListener() {
        @Override
        public void started(String executionId) {
          unbound = Optional.empty();
          executions.incrementAndGet();
          listener.started(executionId);
        }

        @Override
        public void output(OutputListener.Stream stream, String text) {
          listener.output(stream, text);
        }
      };
    }

    /** The code was never sent: what was to be bound still is. */
    void neverRan() {
      unbound = before;
    }

    void ranTo(String outcome) {
      cause = "an execution in it ended with " + outcome;
    }

    @Override
    public Use take(Optional<GuestContext> context, Deadline deadline) {
      context.ifPresent(way::add);
      return new Use() {
        @Override
        public Sandbox sandbox() {
          return lease.sandbox();
        }

        @Override
        public Egress.Session egress() {
          return way;
        }

        @Override
        public boolean warm() {
          return true;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void close() {
      lastUsed = nanoTime.getAsLong();
      if (!lease.sandbox().alive()) {
        end(cause);
      }
      turn.release();
    }
  }
}
