package dev.rlm.engine.session;

import dev.rlm.engine.execution.ContextHolds;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.ExecutionListener;
import dev.rlm.engine.execution.Executor;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.Outcome;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows all sessions: opens them, finds them for their owner, and ends those that nobody uses. Safe for use by many threads.
 *
 * <p>An ended session is remembered for one more time to live, so that its owner is told what ended it.
 */
public final class SessionRegistry implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SessionRegistry.class);

  private final SandboxPool pool;
  private final Egress egress;
  private final Executor executor;
  private final Options options;
  private final InstantSource clock;
  private final ContextHolds contexts;
  private final Map<SessionId, Session> sessions = new ConcurrentHashMap<>();
  private final Semaphore places;
  private final Thread expiry;

  /**
   * How many sessions there may be, and how long.
   *
   * @param maxSessions how many may live at one time
   * @param timeToLive how long one lives that is not used
   * @param openTimeout how long a caller waits for a sandbox
   */
  public record Options(int maxSessions, Duration timeToLive, Duration openTimeout) {}

  /** Creates the registry and begins to end sessions that nobody uses. */
  public SessionRegistry(
      SandboxPool pool, Egress egress, Executor executor, Options options, InstantSource clock) {
    this(pool, egress, executor, options, clock, ContextHolds.NONE);
  }

  /** As the other, for sessions that may use stored contexts: what one was given stays as long as it lives. */
  public SessionRegistry(
      SandboxPool pool, Egress egress, Executor executor, Options options, InstantSource clock, ContextHolds contexts) {
    this.pool = pool;
    this.egress = egress;
    this.executor = executor;
    this.options = options;
    this.clock = clock;
    this.contexts = contexts;
    this.places = new Semaphore(options.maxSessions());
    this.expiry = Thread.ofVirtual().name("session-expiry").start(this::expireForEver);
  }

  /**
   * Opens a session.
   *
   * @param owner who may use it
   * @param context what the first execution finds as its context
   * @throws SessionException when there are as many as there may be
   * @throws dev.rlm.engine.sandbox.SandboxUnavailableException when there is no sandbox for it
   */
  public Session open(String owner, Optional<GuestContext> context) throws InterruptedException {
    if (!places.tryAcquire()) {
      throw new SessionException(
          SessionException.Reason.TOO_MANY,
          "there are %d sessions, as many as there may be (MAX_SESSIONS): end one, or try again later"
              .formatted(options.maxSessions()));
    }
    boolean opened = false;
    Optional<ContextHolds.Hold> hold = Optional.empty();
    try {
      hold = context.map(contexts::hold);
      Egress.Session way = egress.open(context);
      SandboxLease lease = pool.take(Deadline.after(options.openTimeout()));
      SandboxLease counted = new SandboxLease(lease.sandbox(), lease.warm(), () -> given(lease));
      Session session = new Session(SessionId.random(), owner, counted, way, context, clock.instant());
      context.ifPresent(given -> session.keep(given, contexts));
      sessions.put(session.id(), session);
      opened = true;
      return session;
    } finally {
      hold.ifPresent(ContextHolds.Hold::close);
      if (!opened) {
        places.release();
      }
    }
  }

  private void given(SandboxLease lease) {
    lease.onClose().run();
    places.release();
  }

  /**
   * Finds a session.
   *
   * @throws SessionException when there is none of that name, or it is another caller's
   */
  public Session find(String owner, String id) {
    return SessionId.parse(id)
        .map(sessions::get)
        .filter(session -> session.belongsTo(owner))
        .orElseThrow(() -> new SessionException(SessionException.Reason.UNKNOWN, "there is no such session"));
  }

  /** Returns the living sessions of a caller, oldest first. */
  public List<Session> list(String owner) {
    return sessions.values().stream()
        .filter(session -> session.belongsTo(owner) && session.ended().isEmpty())
        .sorted(Comparator.comparing(Session::created))
        .toList();
  }

  /** Runs code in a session; where that kills its sandbox, the session has ended of it. */
  public Execution execute(Session session, ExecutionCommand command, ExecutionListener listener)
      throws InterruptedException {
    ExecutionCommand bound =
        command.context().isPresent()
            ? command
            : new ExecutionCommand(command.code(), session.firstContext(), command.timeout(), command.calls());
    command.context().ifPresent(given -> session.keep(given, contexts));
    Execution execution = executor.execute(bound, session, listener);
    if (endsSandbox(execution.outcome())) {
      session.end("an execution in it ended with " + execution.outcome().label());
    }
    return execution;
  }

  private static boolean endsSandbox(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Completed _, Outcome.Raised _ -> false;
      case Outcome.TimedOut timedOut -> !timedOut.alive();
      case Outcome.OutOfMemory _, Outcome.OutputLimit _, Outcome.SandboxLost _ -> true;
      case Outcome.ProcessLimit processes -> processes.error().isEmpty();
      case Outcome.Exited _ -> false; // The interpreter outlives sys.exit; the sandbox itself knows when it does not.
    };
  }

  /** Ends a session of a caller's; one that is not there, or has ended, is none of the caller's concern. */
  public void close(String owner, String id) {
    SessionId.parse(id)
        .map(sessions::get)
        .filter(session -> session.belongsTo(owner))
        .ifPresent(
            session -> {
              sessions.remove(session.id());
              session.end("it was closed");
            });
  }

  /** Returns how many sessions live. */
  public int count() {
    return options.maxSessions() - places.availablePermits();
  }

  private void expireForEver() {
    Duration period = min(options.timeToLive().dividedBy(4), Duration.ofSeconds(5));
    try {
      while (true) {
        Thread.sleep(period);
        sessions.values().forEach(this::expire);
      }
    } catch (InterruptedException e) {
      log.trace("sessions no longer expire");
    }
  }

  private void expire(Session session) {
    if (session.ended().isPresent()) {
      session.end(session.ended().get());
      if (session.idle().compareTo(options.timeToLive().multipliedBy(2)) > 0) {
        sessions.remove(session.id());
      }
    } else {
      session.expire(options.timeToLive());
    }
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Ends all sessions. */
  @Override
  public void close() {
    expiry.interrupt();
    sessions.values().forEach(session -> session.end("the engine was stopped"));
    sessions.clear();
  }
}
