package dev.rlm.engine.api;

import dev.rlm.engine.sandbox.EngineException;

/** The caller did something wrong. The message says what, with which value, and what to do. */
final class ApiException extends EngineException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  ApiException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  ErrorCode code() {
    return code;
  }
}
