package dev.rlm.engine.repl;

import dev.rlm.engine.sandbox.EngineException;

/** A run cannot begin as it was asked for. What goes wrong later is part of its {@link RunResult}. */
public final class InferenceException extends EngineException {

  private static final long serialVersionUID = 1L;

  /** What is the matter. */
  public enum Reason {
    /** The request cannot be answered as it is. */
    INVALID,
    /** As many runs are under way as may be. */
    TOO_MANY,
    /** The engine is stopping. */
    STOPPING
  }

  private final Reason reason;

  InferenceException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Returns what is the matter. */
  public Reason reason() {
    return reason;
  }
}
