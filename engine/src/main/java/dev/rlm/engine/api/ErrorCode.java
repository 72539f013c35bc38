package dev.rlm.engine.api;

import java.util.Locale;

/** What can be wrong with a request or with the engine, as callers see it. The names are stable. */
enum ErrorCode {
  INVALID_JSON(400, "The body is not JSON"),
  INVALID_REQUEST(400, "The request is not valid"),
  UNKNOWN_FIELD(400, "The request has an unknown field"),
  INVALID_TEXT(400, "The body is not valid UTF-8"),
  DIGEST_MISMATCH(400, "The body is not what its digest says"),
  UNAUTHORIZED(401, "A valid API key is needed"),
  FORBIDDEN_ORIGIN(403, "Requests from this origin are refused"),
  NOT_FOUND(404, "There is nothing here"),
  SESSION_NOT_FOUND(404, "There is no such session"),
  CONTEXT_NOT_FOUND(404, "There is no such context"),
  TRAJECTORY_NOT_FOUND(404, "There is no such trajectory"),
  MODEL_NOT_FOUND(404, "There is no such model"),
  METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
  BODY_TOO_SLOW(408, "The body comes too slowly"),
  SESSION_BUSY(409, "The session is busy"),
  SESSION_GONE(410, "The session has ended"),
  INTERRUPTED(409, "The execution was interrupted before it began"),
  BODY_TOO_LARGE(413, "The body is too large"),
  CONTEXT_TOO_LARGE(413, "The context is too large to be sent to its sandbox"),
  UNSUPPORTED_MEDIA_TYPE(415, "The body must be JSON"),
  WRONG_HOST(421, "Requests for this host are refused"),
  OVERLOADED(429, "There is no room now"),
  TOO_MANY_SESSIONS(429, "There are too many sessions"),
  TOO_MANY_RUNS(429, "There are too many runs"),
  INTERNAL_ERROR(500, "The engine failed"),
  RUN_FAILED(502, "Something that the run needs failed"),
  SANDBOX_UNAVAILABLE(503, "No sandbox can be had"),
  IMAGE_UNTRUSTED(503, "The sandbox image is not the engine's"),
  INFERENCE_UNAVAILABLE(503, "No language model is configured"),
  STOPPING(503, "The engine is stopping"),
  INSUFFICIENT_STORAGE(507, "There is no room for the context");

  private final int status;
  private final String title;

  ErrorCode(int status, String title) {
    this.status = status;
    this.title = title;
  }

  int status() {
    return status;
  }

  String title() {
    return title;
  }

  /** Returns the name on the wire. */
  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
