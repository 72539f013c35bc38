package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rlm.engine.sandbox.ByteSize;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/** Reads request bodies: JSON alone, not encoded, at a pace, and no more than the limit, whatever a header says of the length. */
final class Bodies {

  private Bodies() {}

  static byte[] json(Context ctx, ByteSize limit) {
    // As it was sent: the server fails where it looks for a character set and does not know it.
    String type = ctx.header("Content-Type");
    if (type == null || !type.toLowerCase(Locale.ROOT).split(";", 2)[0].strip().equals("application/json")) {
      throw new ApiException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "the content type is %s: send application/json".formatted(type == null ? "missing" : "\"" + type + "\""));
    }
    if (ctx.header("Content-Encoding") != null) {
      throw new ApiException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "encoded bodies are not read: send plain JSON");
    }
    if (ctx.req().getContentLengthLong() > limit.bytes()) {
      throw tooLarge(limit);
    }
    try (InputStream in = new PacedBody(ctx.bodyInputStream())) {
      byte[] body = in.readNBytes(Math.toIntExact(limit.bytes() + 1));
      if (body.length > limit.bytes()) {
        throw tooLarge(limit);
      }
      return body;
    } catch (IOException e) {
      throw new ApiException(ErrorCode.INVALID_REQUEST, "the body broke off");
    }
  }

  /** Reads a body that may be left out; then it is an empty object. */
  static JsonNode jsonOrEmpty(Context ctx, ByteSize limit) {
    return ctx.header("Content-Type") == null && ctx.req().getContentLengthLong() <= 0
        ? JsonNodeFactory.instance.objectNode()
        : Json.read(json(ctx, limit));
  }

  private static ApiException tooLarge(ByteSize limit) {
    return new ApiException(ErrorCode.BODY_TOO_LARGE, "the body is larger than %s (RLM_MAX_BODY)".formatted(limit));
  }
}
