package dev.rlm.engine.session;

import dev.rlm.engine.sandbox.EngineException;

/** A session cannot be used as it was asked to be. */
public final class SessionException extends EngineException {

  private static final long serialVersionUID = 1L;

  /** What is the matter. */
  public enum Reason {
    /** There is no such session, or it is another caller's: the two look alike. */
    UNKNOWN,
    /** The session has ended; the message says of what. */
    GONE,
    /** Another execution is under way in it, and did not end in time. */
    BUSY,
    /** There are as many sessions as there may be. */
    TOO_MANY,
    /** The engine is stopping. */
    STOPPING
  }

  private final Reason reason;

  SessionException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  static SessionException gone(SessionId id, String cause) {
    return new SessionException(Reason.GONE, "session %s has ended: %s".formatted(id.value(), cause));
  }

  /** Returns what is the matter. */
  public Reason reason() {
    return reason;
  }
}
