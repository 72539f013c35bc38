package dev.rlm.engine.repl;

import dev.rlm.engine.sandbox.EngineException;

/** A workspace cannot be used. */
final class WorkspaceLostException extends EngineException {

  private static final long serialVersionUID = 1L;

  WorkspaceLostException(String message) {
    super(message);
  }
}
