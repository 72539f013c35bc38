package dev.rlm.engine.api;

import dev.rlm.engine.context.ContextException;
import dev.rlm.engine.context.ContextStore;
import dev.rlm.engine.context.StoredContext;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The routes of stored contexts. Their bodies are streamed, and bounded by the store's budget alone. */
final class ContextRoutes {

  /** The member for SHA-256 in a header of RFC 9530, which is a dictionary of RFC 8941. */
  private static final Pattern SHA_256 = Pattern.compile("(?:^|,)\\s*sha-256=([^,]*)");

  private static final Pattern BYTE_SEQUENCE = Pattern.compile("\\s*:([A-Za-z0-9+/=]{44}):\\s*");

  private final ContextStore contexts;

  ContextRoutes(ContextStore contexts) {
    this.contexts = contexts;
  }

  /** What is told of a context. */
  record ContextView(
      String contextId, long bytes, String sha256, long characters, String kind, String created, double idleSeconds) {
    static ContextView of(StoredContext context) {
      return new ContextView(
          context.id().value(),
          context.bytes(),
          context.contentHash(),
          context.characters(),
          context.text() ? "text" : "bytes",
          context.created().toString(),
          context.idle().toMillis() / 1e3);
    }
  }

  /** A list of contexts. */
  record ContextList(List<ContextView> contexts) {}

  void register(JavalinConfig config) {
    config.routes.put("/context", this::store);
    config.routes.get("/context", this::list);
    config.routes.get("/context/{id}", this::show);
    config.routes.delete("/context/{id}", this::delete);
  }

  private void store(Context ctx) throws IOException {
    if (ctx.header("Content-Encoding") != null) {
      throw new ApiException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE, "encoded bodies are not read: send the document as it is");
    }
    ContextStore.Form form = form(ctx.header("Content-Type"));
    Optional<byte[]> digest = Optional.ofNullable(ctx.header("Content-Digest")).flatMap(ContextRoutes::sha256);
    long length = ctx.req().getContentLengthLong();
    StoredContext stored;
    try (PacedBody body = new PacedBody(ctx.req().getInputStream())) {
      try {
        stored =
            contexts.put(
                Access.caller(ctx), body, length < 0 ? OptionalLong.empty() : OptionalLong.of(length), form, digest);
      } catch (ContextException e) {
        body.skipRest();
        throw e;
      }
    }
    ctx.status(201);
    ctx.header("Location", "/context/" + stored.id().value());
    json(ctx, ContextView.of(stored));
  }

  private static ContextStore.Form form(@Nullable String contentType) {
    String type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT).split(";", 2)[0].strip();
    if (type.startsWith("text/") || type.equals("application/json")) {
      return ContextStore.Form.TEXT;
    }
    return type.equals("application/octet-stream") ? ContextStore.Form.BYTES : ContextStore.Form.EITHER;
  }

  /** Reads a digest; one by another algorithm than SHA-256 is not looked at, as RFC 9530 has it. */
  private static Optional<byte[]> sha256(String header) {
    Matcher member = SHA_256.matcher(header);
    if (!member.find()) {
      return Optional.empty();
    }
    Matcher bytes = BYTE_SEQUENCE.matcher(member.group(1));
    try {
      if (bytes.matches()) {
        return Optional.of(Base64.getDecoder().decode(bytes.group(1)));
      }
    } catch (IllegalArgumentException e) {
      // Not Base64: refused like everything else that is no digest.
    }
    throw Fields.invalid("the header Content-Digest has no SHA-256: send sha-256=:BASE64: with 32 bytes in Base64");
  }

  private void list(Context ctx) {
    json(ctx, new ContextList(contexts.list(Access.caller(ctx)).stream().map(ContextView::of).toList()));
  }

  private void show(Context ctx) {
    json(ctx, ContextView.of(contexts.find(Access.caller(ctx), ctx.pathParam("id"))));
  }

  private void delete(Context ctx) {
    contexts.delete(Access.caller(ctx), ctx.pathParam("id"));
    ctx.status(204);
  }

  private static void json(Context ctx, Object value) {
    ctx.contentType("application/json");
    ctx.result(Json.write(value));
  }
}
