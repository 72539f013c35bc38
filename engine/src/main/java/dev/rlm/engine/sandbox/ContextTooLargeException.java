package dev.rlm.engine.sandbox;

/** A stored context is larger than what can be sent to a sandbox that cannot see this machine's files. */
public final class ContextTooLargeException extends EngineException {

  private static final long serialVersionUID = 1L;

  /** Creates the exception with a message that says how large it is and what to do. */
  public ContextTooLargeException(String message) {
    super(message);
  }
}
