package dev.rlm.engine.app;

import dev.rlm.engine.sandbox.EngineException;

/** Something outside the engine keeps a command from its work; the message says what to do. */
final class CannotStartException extends EngineException {

  private static final long serialVersionUID = 1L;

  CannotStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
