package dev.rlm.engine.client;

import dev.rlm.engine.sandbox.EngineException;

/** An engine cannot be reached, broke off, or refused. The message says which engine, what happened and what to do. */
public sealed class ClientException extends EngineException {

  private static final long serialVersionUID = 1L;

  ClientException(String message) {
    super(message);
  }

  ClientException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The engine answered that it will not. */
  public static final class RefusedException extends ClientException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    RefusedException(String message, Problem problem) {
      super(message);
      this.problem = problem;
    }

    /** Returns its answer. */
    public Problem problem() {
      return problem;
    }
  }
}
