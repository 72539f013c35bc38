package dev.rlm.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A client of a session's WebSocket, which answers calls of functions that it has. Used by one thread. */
final class StreamClient implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CLOSED = "{\"type\":\"closed\"}";

  private final HttpClient http = HttpClient.newHttpClient();
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final WebSocket socket;

  private StreamClient(URI address, String... headers) {
    WebSocket.Builder builder = http.newWebSocketBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    socket = builder.buildAsync(address, new Listener()).join();
  }

  /** Connects to a session, or throws what java.net.http says of a handshake that was refused. */
  static StreamClient connect(EngineProcess engine, String session, String... headers) {
    return new StreamClient(engine.address("ws", "/session/%s/stream".formatted(session)), headers);
  }

  private final class Listener implements WebSocket.Listener {

    private final StringBuilder parts = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      parts.append(data);
      if (last) {
        received.add(parts.toString());
        parts.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
      received.add(CLOSED);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      received.add(CLOSED);
    }
  }

  /** A function of the client's: what it returns is the answer, what it throws is raised by the name that is its message's first word. */
  interface Functions extends Function<JsonNode, Object> {}

  void send(Map<String, ?> message) {
    try {
      sendText(JSON.writeValueAsString(message));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void sendText(String text) {
    socket.sendText(text, true).join();
  }

  /** Sends a text that the other side need not take to its end: it may have closed by then. */
  void sendTooMuch(String text) {
    socket.sendText(text, true).exceptionally(_ -> socket).join();
  }

  /** Returns the next event that is no keep-alive. */
  JsonNode next() {
    try {
      while (true) {
        String text = received.poll(60, TimeUnit.SECONDS);
        if (text == null) {
          throw new AssertionError("nothing came");
        }
        JsonNode event = JSON.readTree(text);
        if (!event.path("type").textValue().equals("keepalive")) {
          return event;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Reads events up to one of that type, which is the last of them. */
  List<JsonNode> until(String type) {
    List<JsonNode> events = new ArrayList<>();
    do {
      events.add(next());
      if (events.getLast().path("type").textValue().equals("closed") && !type.equals("closed")) {
        throw new AssertionError("the connection was closed after " + events);
      }
    } while (!events.getLast().path("type").textValue().equals(type));
    return events;
  }

  /** Sends code with names of functions, and returns the execution's events but calls, which are answered. */
  List<JsonNode> run(String code, Map<String, Functions> functions) {
    send(Map.of("type", "execute", "code", code, "timeout", 30, "functions", List.copyOf(functions.keySet())));
    List<JsonNode> events = new ArrayList<>();
    while (true) {
      JsonNode event = next();
      if (event.path("type").textValue().equals("call")) {
        answer(event, functions);
      } else {
        events.add(event);
        if (!List.of("start", "stdout", "stderr", "result", "error").contains(event.path("type").textValue())) {
          return events;
        }
      }
    }
  }

  private void answer(JsonNode call, Map<String, Functions> functions) {
    Map<String, Object> reply = new LinkedHashMap<>(Map.of("type", "reply", "call", call.path("call").longValue()));
    try {
      reply.put("value", Objects.requireNonNull(functions.get(call.path("name").textValue())).apply(call));
    } catch (RuntimeException e) {
      String[] words = Objects.requireNonNull(e.getMessage()).split(": ", 2);
      reply.put("error", Map.of("name", words[0], "message", words[1]));
    }
    send(reply);
  }

  /** Drops the connection without saying so. */
  void drop() {
    socket.abort();
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
  }
}
