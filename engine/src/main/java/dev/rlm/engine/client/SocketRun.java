package dev.rlm.engine.client;

import java.io.IOException;
import java.net.http.WebSocket;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Code in a session whose events come over a WebSocket, so that it can be interrupted and still be heard. The socket serves one
 * execution: an engine closes those that are silent, as one is between two.
 */
final class SocketRun implements CallingCode {

  private static final String INTERRUPT = "{\"type\":\"interrupt\"}";

  private final WebSocket socket;
  private final QueuedEvents events;
  private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);

  private SocketRun(WebSocket socket, QueuedEvents events) {
    this.socket = socket;
    this.events = events;
  }

  static SocketRun of(WebSocket socket, Messages messages, String engine) {
    return new SocketRun(socket, new QueuedEvents(messages.queue, engine));
  }

  @Override
  public Event next() throws InterruptedException {
    return Wire.event(events.next());
  }

  @Override
  public void interrupt() {
    send(INTERRUPT);
    events.interrupted();
  }

  @Override
  public void answer(long call, String value) {
    send(Wire.text(Wire.reply(call, value)));
  }

  @Override
  public void raise(long call, String name, String message) {
    send(Wire.text(Wire.reply(call, name, message)));
  }

  /** A socket takes one message after the other. Of a connection that is gone, which interrupts as well, next() tells. */
  private synchronized void send(String message) {
    sent = sent.handle((_, _) -> message).thenCompose(text -> socket.sendText(text, true));
  }

  @Override
  public void close() {
    socket.abort();
  }

  /** The messages of a socket, put together from their parts. */
  static final class Messages implements WebSocket.Listener {

    /** Larger than any message of an engine's: its arguments, output and variables are bounded. */
    private static final int LARGEST = 16 << 20;

    private final EventQueue queue = new EventQueue();
    private final StringBuilder parts = new StringBuilder();

    @Override
    public void onOpen(WebSocket socket) {
      queue.open(socket::request);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      parts.append(part);
      if (parts.length() > LARGEST) {
        socket.abort();
        queue.fail(new IOException("a message is larger than an engine's can be"));
      } else if (last) {
        queue.message(parts.toString());
        parts.setLength(0);
      } else {
        socket.request(1);
      }
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      queue.end();
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      queue.fail(Objects.requireNonNull(error));
    }
  }
}
