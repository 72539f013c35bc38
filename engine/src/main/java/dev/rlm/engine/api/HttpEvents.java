package dev.rlm.engine.api;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Events in the body of a response, which begins with the first of them. */
final class HttpEvents extends EventSink {

  /** How events are written. */
  enum Format {
    /** One JSON object a line. */
    NDJSON("application/x-ndjson"),
    /** As browsers read them. */
    SSE("text/event-stream");

    private final String mediaType;

    Format(String mediaType) {
      this.mediaType = mediaType;
    }

    /**
     * Returns the format that a caller asks for: the first in its {@code Accept} of those there are; empty when it wants one
     * answer at the end.
     */
    static Optional<Format> asked(Context ctx) {
      String accept = ctx.header("Accept");
      return accept == null ? Optional.empty() : ofAccept(accept);
    }

    static Optional<Format> ofAccept(String accept) {
      for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
        String type = range.split(";", 2)[0].strip();
        for (Format format : values()) {
          if (type.equals(format.mediaType)) {
            return Optional.of(format);
          }
        }
        if (type.equals("application/json")) {
          return Optional.empty();
        }
      }
      return Optional.empty();
    }

    /** Returns the bytes of an event. */
    byte[] bytes(Event event) {
      String json = new String(Json.write(event), StandardCharsets.UTF_8);
      String text =
          switch (this) {
            case NDJSON -> json + "\n";
            case SSE -> "event: %s\ndata: %s\n\n".formatted(event.type(), json);
          };
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  private final Context ctx;
  private final String mediaType;
  private final Function<Event, byte[]> bytes;
  private final Peer peer;
  private volatile boolean begun;

  HttpEvents(Context ctx, Format format) {
    this(ctx, format.mediaType, format::bytes);
  }

  /** Creates a sink that writes events in a form of its own. */
  HttpEvents(Context ctx, String mediaType, Function<Event, byte[]> bytes) {
    this.ctx = ctx;
    this.mediaType = mediaType;
    this.bytes = bytes;
    this.peer = Peer.of(ctx);
  }

  @Override
  void transmit(Event event) throws IOException {
    OutputStream out = ctx.res().getOutputStream();
    if (!begun) {
      begun = true;
      ctx.res().setStatus(200);
      ctx.res().setContentType(mediaType);
      ctx.res().setCharacterEncoding("UTF-8");
      ctx.res().setHeader("Cache-Control", "no-store");
    }
    out.write(bytes.apply(event));
    out.flush();
  }

  @Override
  void cut() {
    peer.cut();
  }

  /** Returns whether the response has begun, so that a problem can only be told as an event. */
  boolean begun() {
    return begun;
  }
}
