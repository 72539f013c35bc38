package dev.rlm.engine.api;

import io.javalin.websocket.WsContext;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.websocket.api.Callback;

/** Events over a WebSocket, one text message each. A client that does not read for a while counts as gone. */
final class SocketEvents implements EventSink {

  private static final int SEND_SECONDS = 10;

  private final WsContext ctx;

  SocketEvents(WsContext ctx) {
    this.ctx = ctx;
  }

  @Override
  public synchronized void send(Event event) {
    Callback.Completable sent = new Callback.Completable();
    ctx.session.sendText(new String(Json.write(event), StandardCharsets.UTF_8), sent);
    try {
      sent.get(SEND_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      ctx.session.disconnect();
      throw new ClientGoneException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientGoneException(e);
    }
  }

  /** Sends an event to a client that may be gone. */
  void trySend(Event event) {
    try {
      send(event);
    } catch (ClientGoneException e) {
      // There is nobody left to tell.
    }
  }
}
