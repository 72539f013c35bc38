package dev.rlm.engine.sandbox;

/**
 * The engine cannot do what it was asked: the caller's fault, the operator's or the infrastructure's, but never that of guest
 * code, whose doings are values. The message says what was wrong, with which value, and what to do.
 */
public abstract class EngineException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String message;

  /** Creates the exception with a message for people. */
  protected EngineException(String message) {
    super(message);
    this.message = message;
  }

  /** Creates the exception with a message for people and its cause. */
  protected EngineException(String message, Throwable cause) {
    super(message, cause);
    this.message = message;
  }

  @Override
  public final String getMessage() {
    return message;
  }
}
