package dev.rlm.engine.api;

import io.javalin.websocket.WsContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.websocket.api.Callback;

/** Events over a WebSocket, one text message each. */
final class SocketEvents extends EventSink {

  private final WsContext ctx;

  SocketEvents(WsContext ctx) {
    this.ctx = ctx;
  }

  @Override
  void transmit(Event event) throws IOException {
    Callback.Completable sent = new Callback.Completable();
    ctx.session.sendText(new String(Json.write(event), StandardCharsets.UTF_8), sent);
    try {
      await(sent);
    } catch (ExecutionException | TimeoutException e) {
      cut();
      throw new IOException("the client did not take a message", e);
    }
  }

  /** An interrupt is for the code that runs, not for the message that tells of it. */
  private static void await(Callback.Completable sent) throws ExecutionException, TimeoutException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          sent.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  void cut() {
    ctx.session.disconnect();
  }
}
