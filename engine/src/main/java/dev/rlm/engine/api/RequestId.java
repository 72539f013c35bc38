package dev.rlm.engine.api;

import io.javalin.http.Context;
import io.javalin.websocket.WsContext;
import java.util.UUID;
import java.util.regex.Pattern;

/** The name of a request: the caller's own where it is harmless, else a new one. Echoed, and put in the log. */
final class RequestId {

  static final String HEADER = "X-Request-ID";

  private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,128}");

  private RequestId() {}

  static void assign(Context ctx) {
    String asked = ctx.header(HEADER);
    String id = asked != null && HARMLESS.matcher(asked).matches() ? asked : UUID.randomUUID().toString();
    ctx.attribute(HEADER, id);
    ctx.header(HEADER, id);
  }

  /** As {@link #of(Context)}, of a WebSocket. */
  static String of(WsContext ctx) {
    String id = ctx.attribute(HEADER);
    return id == null ? "unknown" : id;
  }

  static String of(Context ctx) {
    String id = ctx.attribute(HEADER);
    return id == null ? "unknown" : id;
  }
}
