package dev.rlm.engine.client;

/**
 * Why an engine did not do what it was asked.
 *
 * @param status the HTTP status
 * @param code the kind, for programs, such as {@code session_gone}; empty where whoever answered is no engine
 * @param detail what was wrong, for people
 */
public record Problem(int status, String code, String detail) {

  private static final int UNAUTHORIZED = 401;
  private static final int OVERLOADED = 429;

  /** Returns whether the key is missing or wrong. */
  boolean isUnauthorized() {
    return status == UNAUTHORIZED;
  }

  /** Returns whether there is no room now. */
  boolean isOverload() {
    return status == OVERLOADED;
  }

  /** Returns whether the request itself was wrong, and would be wrong again. */
  public boolean isCallersFault() {
    return switch (status) {
      case 400, 413, 415, 422 -> true;
      default -> false;
    };
  }

  /** Returns whether a session is no longer there. */
  public boolean isSessionGone() {
    return status == 404 || status == 410;
  }
}
