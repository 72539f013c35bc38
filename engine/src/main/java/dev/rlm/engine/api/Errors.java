package dev.rlm.engine.api;

import dev.rlm.engine.context.ContextException;
import dev.rlm.engine.execution.OverloadedException;
import dev.rlm.engine.history.TrajectoryException;
import dev.rlm.engine.repl.InferenceException;
import dev.rlm.engine.sandbox.ContextTooLargeException;
import dev.rlm.engine.sandbox.EngineException;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.session.SessionException;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place that turns what went wrong into a response. */
final class Errors {

  private static final Logger log = LoggerFactory.getLogger(Errors.class);

  private static final String INTERNAL_DETAIL = "the engine failed; its log has the reason under this request's id";

  private static final String STOPPING_DETAIL = "the engine is stopping";

  private static final Duration RETRY_SANDBOX = Duration.ofSeconds(5);

  private Errors() {}

  static void register(JavalinConfig config) {
    config.routes.exception(
        ApiException.class, (e, ctx) -> answer(ctx, e.code(), e.getMessage(), e.field()));
    config.routes.exception(OverloadedException.class, (e, ctx) -> overloaded(e, ctx));
    config.routes.exception(SandboxUnavailableException.class, (e, ctx) -> unavailable(e, ctx));
    config.routes.exception(SessionException.class, (e, ctx) -> session(e, ctx));
    config.routes.exception(ContextException.class, (e, ctx) -> answer(ctx, code(e), e.getMessage()));
    config.routes.exception(
        ContextTooLargeException.class, (e, ctx) -> answer(ctx, ErrorCode.CONTEXT_TOO_LARGE, e.getMessage()));
    config.routes.exception(InferenceException.class, (e, ctx) -> inference(e, ctx));
    config.routes.exception(
        TrajectoryException.class, (e, ctx) -> answer(ctx, ErrorCode.TRAJECTORY_NOT_FOUND, e.getMessage()));
    config.routes.exception(
        InterruptedException.class, (_, ctx) -> answer(ctx, ErrorCode.STOPPING, STOPPING_DETAIL));
    config.routes.exception(HttpResponseException.class, (e, ctx) -> framework(e, ctx));
    config.routes.exception(Exception.class, (e, ctx) -> internal(e, ctx));
  }

  private static void overloaded(OverloadedException e, Context ctx) {
    retryAfter(ctx, e.retryAfter());
    answer(ctx, code(e), e.getMessage());
  }

  private static void inference(InferenceException e, Context ctx) {
    switch (e.reason()) {
      case TOO_MANY, STOPPING -> retryAfter(ctx, RETRY_SANDBOX);
      case INVALID -> {}
    }
    answer(ctx, code(e), e.getMessage());
  }

  private static void session(SessionException e, Context ctx) {
    switch (e.reason()) {
      case BUSY, TOO_MANY, STOPPING -> retryAfter(ctx, RETRY_SANDBOX);
      case UNKNOWN, GONE -> {}
    }
    answer(ctx, code(e), e.getMessage());
  }

  /** Returns what is the matter, in the words of the interface. */
  static ErrorCode code(Exception e) {
    return switch (e) {
      case ApiException wrong -> wrong.code();
      case OverloadedException overloaded ->
          switch (overloaded.reason()) {
            case QUEUE_FULL, QUEUE_TIMEOUT -> ErrorCode.OVERLOADED;
            case STOPPING -> ErrorCode.STOPPING;
          };
      case SessionException session ->
          switch (session.reason()) {
            case UNKNOWN -> ErrorCode.SESSION_NOT_FOUND;
            case GONE -> ErrorCode.SESSION_GONE;
            case BUSY -> ErrorCode.SESSION_BUSY;
            case TOO_MANY -> ErrorCode.TOO_MANY_SESSIONS;
            case STOPPING -> ErrorCode.STOPPING;
          };
      case ContextException context -> code(context);
      case InferenceException inference ->
          switch (inference.reason()) {
            case INVALID -> ErrorCode.INVALID_REQUEST;
            case TOO_MANY -> ErrorCode.TOO_MANY_RUNS;
            case STOPPING -> ErrorCode.STOPPING;
          };
      case TrajectoryException _ -> ErrorCode.TRAJECTORY_NOT_FOUND;
      case ContextTooLargeException _ -> ErrorCode.CONTEXT_TOO_LARGE;
      case SandboxUnavailableException unavailable ->
          switch (unavailable.reason()) {
            case IMAGE -> ErrorCode.IMAGE_UNTRUSTED;
            case DAEMON, CAPACITY, RUNTIME, ISOLATION, AGENT -> ErrorCode.SANDBOX_UNAVAILABLE;
          };
      case InterruptedException _ -> ErrorCode.STOPPING;
      default -> ErrorCode.INTERNAL_ERROR;
    };
  }

  /** Returns what went wrong as a problem, where there is no response any more that it could be the body of. */
  static Problem problem(Exception e, String requestId) {
    return switch (e) {
      case EngineException known -> Problem.of(code(known), known.getMessage(), requestId);
      case InterruptedException _ -> Problem.of(ErrorCode.STOPPING, STOPPING_DETAIL, requestId);
      default -> {
        log.error("request {} failed", requestId, e);
        yield Problem.of(ErrorCode.INTERNAL_ERROR, INTERNAL_DETAIL, requestId);
      }
    };
  }

  static ErrorCode code(ContextException e) {
    return switch (e.reason()) {
      case UNKNOWN -> ErrorCode.CONTEXT_NOT_FOUND;
      case INVALID_TEXT -> ErrorCode.INVALID_TEXT;
      case DIGEST_MISMATCH -> ErrorCode.DIGEST_MISMATCH;
      case BROKEN_OFF -> ErrorCode.INVALID_REQUEST;
      case NO_ROOM -> ErrorCode.INSUFFICIENT_STORAGE;
    };
  }

  private static void unavailable(SandboxUnavailableException e, Context ctx) {
    if (e.reason() == SandboxUnavailableException.Reason.CAPACITY) {
      log.warn("request {}: {}", RequestId.of(ctx), e.getMessage());
    } else {
      log.error("request {}: {}", RequestId.of(ctx), e.getMessage());
      log.debug("request {} failed because of", RequestId.of(ctx), e);
    }
    retryAfter(ctx, RETRY_SANDBOX);
    answer(ctx, code(e), e.getMessage());
  }

  private static void framework(HttpResponseException e, Context ctx) {
    ErrorCode code =
        switch (e.getStatus()) {
          case 404 -> ErrorCode.NOT_FOUND;
          case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
          case 413 -> ErrorCode.BODY_TOO_LARGE;
          case 415 -> ErrorCode.UNSUPPORTED_MEDIA_TYPE;
          default -> e.getStatus() < 500 ? ErrorCode.INVALID_REQUEST : ErrorCode.INTERNAL_ERROR;
        };
    String detail =
        switch (code) {
          case NOT_FOUND -> "no such resource: see GET /openapi.yaml";
          case METHOD_NOT_ALLOWED -> "not this method: see GET /openapi.yaml";
          default -> code.title();
        };
    answer(ctx, code, detail);
  }

  private static void internal(Exception e, Context ctx) {
    log.error("request {} failed", RequestId.of(ctx), e);
    answer(ctx, ErrorCode.INTERNAL_ERROR, INTERNAL_DETAIL);
  }

  /** Answers for an error of the virtual machine's, where there is no context any more. */
  static void fatal(HttpServletResponse response, Error e) {
    String header = response.getHeader(RequestId.HEADER);
    String id = header == null ? "unknown" : header;
    log.error("request {} failed", id, e);
    response.setStatus(ErrorCode.INTERNAL_ERROR.status());
    response.setContentType(Problem.CONTENT_TYPE);
    try {
      response.getOutputStream().write(Json.write(Problem.of(ErrorCode.INTERNAL_ERROR, INTERNAL_DETAIL, id)));
    } catch (IOException unsent) {
      log.debug("request {}: the answer could not be sent", id, unsent);
    }
  }

  private static void retryAfter(Context ctx, Duration duration) {
    ctx.header("Retry-After", Long.toString(duration.toSeconds()));
  }

  static void answer(Context ctx, ErrorCode code, String detail) {
    answer(ctx, code, detail, Optional.empty());
  }

  /** Answers in the form that the route's clients know; {@code field} is what is wrong with the request, where that is one. */
  private static void answer(Context ctx, ErrorCode code, String detail, Optional<String> field) {
    if (OpenAiError.isFor(ctx.path())) {
      OpenAiError.of(code, detail, field).answer(ctx);
      return;
    }
    ctx.status(code.status());
    ctx.contentType(Problem.CONTENT_TYPE);
    ctx.result(Json.write(Problem.of(code, detail, RequestId.of(ctx))));
  }
}
