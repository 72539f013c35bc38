package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.Optional;

/**
 * An error as clients of OpenAI's interface read it.
 *
 * @param code the kind
 * @param json the body, or the payload of an event
 */
record OpenAiError(ErrorCode code, ObjectNode json) {

  private static final String ROUTES = "/v1/";

  /** Clients repeat a request that failed with a 5xx, unless they are told not to. */
  private static final String SHOULD_RETRY = "x-should-retry";

  /** Returns whether clients of that route expect such errors. */
  static boolean isFor(String path) {
    return path.startsWith(ROUTES);
  }

  /**
   * Returns an error.
   *
   * @param field the parameter of the request that is wrong, where it is one
   */
  static OpenAiError of(ErrorCode code, String message, Optional<String> field) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("error")
        .put("message", message)
        .put("type", type(code))
        .put("param", field.orElse(null))
        .put("code", code == ErrorCode.UNAUTHORIZED ? "invalid_api_key" : code.wireName());
    return new OpenAiError(code, json);
  }

  private static String type(ErrorCode code) {
    return switch (code.status()) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 429 -> "rate_limit_error";
      default -> code.status() < 500 ? "invalid_request_error" : "server_error";
    };
  }

  void answer(Context ctx) {
    ctx.status(code.status());
    switch (code) {
      // The same request would fail again, and a run that failed has cost money.
      case RUN_FAILED, INFERENCE_UNAVAILABLE -> ctx.header(SHOULD_RETRY, "false");
      default -> {}
    }
    ctx.contentType("application/json");
    ctx.result(Json.write(json));
  }
}
