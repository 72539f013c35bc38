package dev.rlm.engine.api;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Answers for requests that never reach a route, because they are not HTTP as the server reads it. */
final class ProtocolErrors extends ErrorHandler {

  private static final String DETAIL = "the request is not HTTP that this server reads";

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int status,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
    response.write(true, body(status), callback);
  }

  private static ByteBuffer body(int status) {
    // A version of HTTP, a method or a coding that is not known is the caller's doing, whatever its number.
    ErrorCode code = status == 500 ? ErrorCode.INTERNAL_ERROR : ErrorCode.INVALID_REQUEST;
    return ByteBuffer.wrap(
        Json.write(new Problem("about:blank", code.title(), status, DETAIL, code.wireName(), "unknown")));
  }
}
