package dev.rlm.engine.context;

import dev.rlm.engine.sandbox.EngineException;

/** A context cannot be stored or found. The message says what was wrong, with which value, and what to do. */
public final class ContextException extends EngineException {

  private static final long serialVersionUID = 1L;

  /** What is the matter. */
  public enum Reason {
    /** There is no such context, or it is another caller's: the two look alike. */
    UNKNOWN,
    /** It was sent as text, and is not UTF-8. */
    INVALID_TEXT,
    /** It is not what its digest says. */
    DIGEST_MISMATCH,
    /** The body ended before it was whole. Nothing of it is kept. */
    BROKEN_OFF,
    /** There is no room for it: in the budget, on the disk, or in the number of contexts. Nothing of it is kept. */
    NO_ROOM
  }

  private final Reason reason;

  ContextException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  ContextException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Returns what is the matter. */
  public Reason reason() {
    return reason;
  }
}
