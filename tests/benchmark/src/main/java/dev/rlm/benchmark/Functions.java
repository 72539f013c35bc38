package dev.rlm.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A client that offers one function, {@code work}, over a session's socket, and counts how many calls are under way. */
final class Functions implements WebSocket.Listener {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TIMEOUT_SECONDS = 150;

  private final long workMillis;
  private final StringBuilder parts = new StringBuilder();
  private final StringBuilder printed = new StringBuilder();
  private final CompletableFuture<String> end = new CompletableFuture<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  private Functions(long workMillis) {
    this.workMillis = workMillis;
  }

  /**
   * What came of it.
   *
   * @param printed what the code printed
   * @param mostCalls most calls that were under way at one time
   */
  record Outcome(String printed, int mostCalls) {}

  /**
   * Runs code that may call {@code work()}.
   *
   * @param workMillis how long a call takes the client
   */
  static Outcome run(Api api, String session, String code, long workMillis) throws Exception {
    Functions functions = new Functions(workMillis);
    WebSocket socket = api.socket(session, functions);
    try {
      ObjectNode request = JSON.createObjectNode().put("type", "execute").put("code", code).put("timeout", 120);
      request.putArray("functions").add("work");
      socket.sendText(JSON.writeValueAsString(request), true).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      String said = functions.end.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      if (!JSON.readTree(said).path("execution").path("success").asBoolean()) {
        throw new IOException("the code failed: " + said);
      }
      return new Outcome(functions.printed.toString(), functions.most.get());
    } finally {
      socket.abort();
    }
  }

  @Override
  public void onOpen(WebSocket socket) {
    socket.request(Long.MAX_VALUE);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
    parts.append(part);
    if (last) {
      String message = parts.toString();
      parts.setLength(0);
      try {
        received(socket, message);
      } catch (IOException e) {
        end.completeExceptionally(e);
      }
    }
    return null;
  }

  private void received(WebSocket socket, String message) throws IOException {
    JsonNode event = JSON.readTree(message);
    switch (event.path("type").asText()) {
      case "call" -> called(socket, event.path("call").asLong());
      case "stdout" -> printed.append(event.path("text").asText());
      case "end" -> end.complete(message);
      default -> {}
    }
  }

  private void called(WebSocket socket, long call) {
    most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
    if (workMillis == 0) {
      reply(socket, call);
      return;
    }
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                Thread.sleep(workMillis);
                reply(socket, call);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** One after another: a socket refuses to send a message while it sends another. */
  private synchronized void reply(WebSocket socket, long call) {
    underWay.decrementAndGet();
    socket.sendText("{\"type\":\"reply\",\"call\":%d,\"value\":null}".formatted(call), true).join();
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
    end.completeExceptionally(new IOException("the engine closed the socket: " + reason));
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    end.completeExceptionally(error);
  }
}
