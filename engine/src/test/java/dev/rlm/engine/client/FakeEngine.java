package dev.rlm.engine.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP server that answers as a test says, one answer for each request, and remembers what it was asked. */
final class FakeEngine implements AutoCloseable {

  private final HttpServer server;
  private final Queue<Answer> answers = new ArrayDeque<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  /** What a client sent; the body with one character for each byte. */
  record Asked(String line, String key, String accept, String body) {

    byte[] bytes() {
      return body.getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  /** Answers a request. */
  @FunctionalInterface
  interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  FakeEngine() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    asked.add(
        new Asked(
            exchange.getRequestMethod() + " " + exchange.getRequestURI(),
            String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
            String.valueOf(exchange.getRequestHeaders().getFirst("Accept")),
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1)));
    answers.remove().give(exchange);
    exchange.close();
  }

  FakeEngine then(Answer answer) {
    answers.add(answer);
    return this;
  }

  FakeEngine thenProblem(int status, String detail) {
    return thenProblem(status, detail, "0");
  }

  FakeEngine thenProblem(int status, String detail, String retryAfter) {
    return then(
        exchange -> {
          exchange.getResponseHeaders().add("Retry-After", retryAfter);
          send(exchange, status, "{\"status\":%d,\"code\":\"x\",\"detail\":\"%s\"}".formatted(status, detail));
        });
  }

  FakeEngine thenLines(String... lines) {
    return then(exchange -> send(exchange, 200, String.join("\n", lines) + "\n"));
  }

  FakeEngine thenJson(int status, String json) {
    return then(exchange -> send(exchange, status, json));
  }

  static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  List<Asked> asked() {
    return asked;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
