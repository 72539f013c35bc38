package dev.rlm.engine.session;

import dev.rlm.engine.execution.ContextHolds;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.ExecutionListener;
import dev.rlm.engine.execution.Executor;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.EngineException;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.sandbox.pool.SandboxLease;
import dev.rlm.engine.sandbox.pool.SandboxPool;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows all sessions: opens them, finds them for their owner, and ends those that nobody uses. Safe for use by many threads.
 *
 * <p>Of an ended session nothing is kept but its name, its owner and what ended it, for at least an hour and among the last
 * {@value EndedSessions#MAX_REMEMBERED}; then it is as unknown as one that never was.
 */
public final class SessionRegistry implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SessionRegistry.class);

  private static final Duration REMEMBERED = Duration.ofHours(1);
  private static final Duration LONGEST_PERIOD = Duration.ofSeconds(5);

  private final SandboxPool pool;
  private final Egress egress;
  private final Executor executor;
  private final Options options;
  private final InstantSource clock;
  private final ContextHolds contexts;
  private final LongSupplier nanoTime;
  private final Map<SessionId, Session> sessions = new ConcurrentHashMap<>();
  private final EndedSessions ended;
  private final Semaphore places;
  private final Thread expiry;
  private volatile boolean closed;

  /**
   * How many sessions there may be, and how long.
   *
   * @param maxSessions how many may live at one time
   * @param timeToLive how long one lives in which nothing is run
   * @param queueTimeout how long a caller waits for a sandbox, and at most for his turn in a session
   */
  public record Options(int maxSessions, Duration timeToLive, Duration queueTimeout) {}

  /** Creates the registry and begins to end sessions that nobody uses. */
  public SessionRegistry(
      SandboxPool pool, Egress egress, Executor executor, Options options, InstantSource clock) {
    this(pool, egress, executor, options, clock, ContextHolds.NONE);
  }

  /** As the other, for sessions that may use stored contexts: what one was given stays as long as it lives. */
  public SessionRegistry(
      SandboxPool pool, Egress egress, Executor executor, Options options, InstantSource clock, ContextHolds contexts) {
    this(pool, egress, executor, options, clock, contexts, System::nanoTime);
  }

  SessionRegistry(
      SandboxPool pool,
      Egress egress,
      Executor executor,
      Options options,
      InstantSource clock,
      ContextHolds contexts,
      LongSupplier nanoTime) {
    this.pool = pool;
    this.egress = egress;
    this.executor = executor;
    this.options = options;
    this.clock = clock;
    this.contexts = contexts;
    this.nanoTime = nanoTime;
    this.ended = new EndedSessions(max(options.timeToLive(), REMEMBERED));
    this.places = new Semaphore(options.maxSessions());
    this.expiry = Thread.ofVirtual().name("session-expiry").start(this::expireForEver);
  }

  /**
   * Opens a session.
   *
   * @param owner who may use it
   * @param context what the first execution finds as its context
   * @throws SessionException when there are as many as there may be, or the engine is stopping
   * @throws SandboxUnavailableException when there is no sandbox for it
   */
  public Session open(String owner, Optional<GuestContext> context) throws InterruptedException {
    if (closed) {
      throw stopping();
    }
    if (!places.tryAcquire()) {
      throw new SessionException(
          SessionException.Reason.TOO_MANY,
          "there are %d sessions, as many as there may be (MAX_SESSIONS): end one, or try again later"
              .formatted(options.maxSessions()));
    }
    boolean opened = false;
    @Nullable SandboxLease lease = null;
    try (ContextHolds.Hold _ = hold(context)) {
      lease = pool.take(Deadline.after(options.queueTimeout()));
      Session session =
          new Session(SessionId.random(), owner, lease, egress, context, clock.instant(), nanoTime, this::ended);
      context.ifPresent(given -> session.keep(given, contexts));
      sessions.put(session.id(), session);
      opened = true;
      if (closed) {
        session.end("the engine was stopped");
        throw stopping();
      }
      return session;
    } finally {
      if (!opened) {
        places.release();
        if (lease != null) {
          lease.close();
        }
      }
    }
  }

  private static SessionException stopping() {
    return new SessionException(SessionException.Reason.STOPPING, "the engine is stopping");
  }

  private ContextHolds.Hold hold(Optional<GuestContext> context) {
    return context.map(contexts::hold).orElse(() -> {});
  }

  private void ended(Session session, String cause) {
    ended.add(session.id(), session.owner(), cause, nanoTime.getAsLong());
    sessions.remove(session.id());
    places.release();
    log.debug("session {} has ended: {}", session.id().value(), cause);
  }

  /**
   * Finds a session that lives.
   *
   * @throws SessionException when it has ended, or there is none of that name, or it is another caller's
   */
  public Session find(String owner, String id) {
    SessionId name = SessionId.parse(id).orElseThrow(SessionRegistry::unknown);
    Session session = sessions.get(name);
    if (session != null && session.owner().equals(owner)) {
      session.endIfUseless(options.timeToLive());
      if (!session.hasEnded()) {
        return session;
      }
    }
    throw ended.cause(name, owner).map(cause -> SessionException.gone(name, cause)).orElseGet(SessionRegistry::unknown);
  }

  private static SessionException unknown() {
    return new SessionException(SessionException.Reason.UNKNOWN, "there is no such session");
  }

  /** Returns the living sessions of a caller, oldest first. */
  public List<Session> list(String owner) {
    expireNow();
    return sessions.values().stream()
        .filter(session -> session.owner().equals(owner))
        .sorted(Comparator.comparing(Session::created))
        .toList();
  }

  /**
   * Runs code in a session when its turn has come. Until then it takes no room from others: whoever has the turn waits to be
   * admitted, and nobody who was admitted waits for a turn. Where the code kills its sandbox, the session has ended of it.
   *
   * <p>The turn is waited for as long as the code may take, and no longer than the queue's timeout.
   *
   * @throws SessionException when the session has ended, the turn did not come in time, or too many wait for it
   */
  public Execution execute(Session session, ExecutionCommand command, ExecutionListener listener)
      throws InterruptedException {
    long came = nanoTime.getAsLong();
    Duration patience = min(command.timeout(), options.queueTimeout());
    try (ContextHolds.Hold _ = hold(command.context());
        Session.Turn turn = session.takeTurn(Deadline.after(patience))) {
      command.context().ifPresent(given -> session.keep(given, contexts));
      Duration waited = Duration.ofNanos(nanoTime.getAsLong() - came);
      try {
        Execution execution = executor.execute(turn.bind(command), turn, turn.noting(listener));
        turn.ranTo(execution.outcome().label());
        return execution.afterWaiting(waited);
      } catch (EngineException e) {
        turn.neverRan();
        throw e;
      }
    }
  }

  /** Ends a session of a caller's; one that is not there, or has ended, is none of the caller's concern. */
  public void close(String owner, String id) {
    SessionId.parse(id)
        .map(sessions::get)
        .filter(session -> session.owner().equals(owner))
        .ifPresent(session -> session.end("it was closed"));
  }

  /** Returns how many sessions live or are being opened. */
  public int count() {
    return options.maxSessions() - places.availablePermits();
  }

  private void expireForEver() {
    Duration period = min(options.timeToLive().dividedBy(4), LONGEST_PERIOD);
    try {
      while (true) {
        Thread.sleep(period);
        expireNow();
      }
    } catch (InterruptedException e) {
      log.trace("sessions no longer expire");
    }
  }

  /** Ends the sessions that are of no use any more, and forgets those that ended long ago. */
  void expireNow() {
    sessions.values().forEach(session -> session.endIfUseless(options.timeToLive()));
    ended.forgetOld(nanoTime.getAsLong());
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /** Ends all sessions, and opens no more. */
  @Override
  public void close() {
    closed = true;
    expiry.interrupt();
    sessions.values().forEach(session -> session.end("the engine was stopped"));
  }
}
