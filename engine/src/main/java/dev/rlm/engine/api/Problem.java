package dev.rlm.engine.api;

/**
 * An error on the wire, {@code application/problem+json} of RFC 9457.
 *
 * @param type always {@code about:blank}: the code says which kind it is
 * @param title the kind in words
 * @param status the HTTP status
 * @param detail what was wrong, with which value, and what to do
 * @param code the kind, for programs; stable
 * @param requestId the request, as in the header {@code X-Request-ID}
 */
record Problem(String type, String title, int status, String detail, String code, String requestId) {

  static final String CONTENT_TYPE = "application/problem+json";

  static Problem of(ErrorCode code, String detail, String requestId) {
    return new Problem("about:blank", code.title(), code.status(), detail, code.wireName(), requestId);
  }
}
