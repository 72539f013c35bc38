package dev.rlm.engine.api;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Events in the body of a response, which begins with the first of them. */
final class HttpEvents implements EventSink {

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

    /** Returns the format that a caller asks for; empty when it wants one answer at the end. */
    static Optional<Format> asked(Context ctx) {
      String accept = ctx.header("Accept");
      if (accept == null) {
        return Optional.empty();
      }
      String lower = accept.toLowerCase(Locale.ROOT);
      for (Format format : values()) {
        if (lower.contains(format.mediaType)) {
          return Optional.of(format);
        }
      }
      return Optional.empty();
    }
  }

  private final Context ctx;
  private final Format format;
  private boolean begun;

  HttpEvents(Context ctx, Format format) {
    this.ctx = ctx;
    this.format = format;
  }

  @Override
  public synchronized void send(Event event) {
    try {
      OutputStream out = ctx.res().getOutputStream();
      if (!begun) {
        begun = true;
        ctx.res().setStatus(200);
        ctx.res().setContentType(format.mediaType);
        ctx.res().setCharacterEncoding("UTF-8");
        ctx.res().setHeader("Cache-Control", "no-store");
      }
      byte[] json = Json.write(event);
      switch (format) {
        case NDJSON -> {
          out.write(json);
          out.write('\n');
        }
        case SSE -> {
          out.write("event: %s\ndata: ".formatted(event.type()).getBytes(StandardCharsets.US_ASCII));
          out.write(json);
          out.write("\n\n".getBytes(StandardCharsets.US_ASCII));
        }
      }
      out.flush();
    } catch (IOException e) {
      throw new ClientGoneException(e);
    }
  }

  /** Returns whether the response has begun, so that a problem can only be told as an event. */
  synchronized boolean begun() {
    return begun;
  }
}
