package dev.rlm.engine.api;

import dev.rlm.engine.sandbox.EngineException;
import java.util.Optional;

/** The caller did something wrong. The message says what, with which value, and what to do. */
final class ApiException extends EngineException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String field;

  ApiException(ErrorCode code, String message) {
    this(code, message, "");
  }

  /** As the other, naming the {@code field} of the request that is wrong. */
  ApiException(ErrorCode code, String message, String field) {
    super(message);
    this.code = code;
    this.field = field;
  }

  ErrorCode code() {
    return code;
  }

  /** Returns the field of the request that is wrong, where it is one. */
  Optional<String> field() {
    return field.isEmpty() ? Optional.empty() : Optional.of(field);
  }
}
