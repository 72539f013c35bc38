package dev.rlm.models;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server on a free port of this machine that speaks OpenAI's chat completions and answers as a script says. It counts what a
 * provider counts, and keeps every request.
 */
public final class ModelServer implements AutoCloseable {

  static {
    // Else header and body of an answer wait for each other, 40 ms with every client.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CHARACTERS_PER_TOKEN = 4;
  private static final byte[] PIECE_OF_ENDLESS = " ".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Script script;
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final AtomicInteger broken = new AtomicInteger();
  private final AtomicInteger completions = new AtomicInteger();
  private final AtomicLong promptTokens = new AtomicLong();
  private final AtomicLong outputTokens = new AtomicLong();
  private final AtomicLong busyNanos = new AtomicLong();
  private volatile boolean keep = true;

  private ModelServer(HttpServer server, Script script) {
    this.server = server;
    this.script = script;
  }

  /** Starts a server. */
  public static ModelServer start(Script script) {
    return start(script, 0);
  }

  /** Starts a server on a port. */
  public static ModelServer start(Script script, int port) {
    try {
      HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      ModelServer server = new ModelServer(http, script);
      http.createContext("/", server::handle);
      http.setExecutor(server.threads);
      http.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Keeps no requests from here on, for measurements that ask often. */
  public ModelServer forgetful() {
    keep = false;
    return this;
  }

  /** Returns what clients are given as their base URL. */
  public URI baseUrl() {
    return URI.create("http://127.0.0.1:%d/v1".formatted(server.getAddress().getPort()));
  }

  private void handle(HttpExchange exchange) {
    long came = System.nanoTime();
    most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Asked request =
          new Asked(
              exchange.getRequestURI().getPath(),
              Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Authorization"), ""),
              body,
              JSON.readTree(body));
      if (keep) {
        asked.add(request);
      }
      send(exchange, script.answer(request), request);
    } catch (IOException e) {
      broken.incrementAndGet();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // The server is being closed.
    } finally {
      underWay.decrementAndGet();
      busyNanos.addAndGet(System.nanoTime() - came);
    }
  }

  private void send(HttpExchange exchange, Answer answer, Asked request) throws IOException, InterruptedException {
    switch (answer) {
      case Answer.Text(String text, String finish) -> {
        byte[] body = JSON.writeValueAsBytes(completion(request, text, finish));
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
      }
      case Answer.Raw(int status, var headers, String text) -> {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
      }
      case Answer.Late(var delay, Answer then) -> {
        Thread.sleep(delay);
        send(exchange, then, request);
      }
      case Answer.Cut() -> {}
      case Answer.Endless() -> {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        while (true) {
          exchange.getResponseBody().write(PIECE_OF_ENDLESS);
        }
      }
    }
  }

  private ObjectNode completion(Asked request, String text, String finish) {
    long prompt = tokens(request.messages().stream().mapToLong(message -> message.text().length()).sum());
    long output = tokens(text.length());
    promptTokens.addAndGet(prompt);
    outputTokens.addAndGet(output);
    ObjectNode completion =
        JSON.createObjectNode()
            .put("id", "chatcmpl-" + completions.incrementAndGet())
            .put("object", "chat.completion")
            .put("created", System.currentTimeMillis() / 1_000)
            .put("model", request.model());
    ObjectNode choice = completion.putArray("choices").addObject().put("index", 0).put("finish_reason", finish);
    choice.putNull("logprobs");
    choice.putObject("message").put("role", "assistant").put("content", text).putNull("refusal");
    completion
        .putObject("usage")
        .put("prompt_tokens", prompt)
        .put("completion_tokens", output)
        .put("total_tokens", prompt + output)
        .putObject("prompt_tokens_details")
        .put("cached_tokens", 0);
    return completion;
  }

  private static long tokens(long characters) {
    return (characters + CHARACTERS_PER_TOKEN - 1) / CHARACTERS_PER_TOKEN;
  }

  /** Returns every request that came, in their order. */
  public List<Asked> asked() {
    return List.copyOf(asked);
  }

  /** Returns how many requests were under way at one time, at most. */
  public int mostAtOneTime() {
    return most.get();
  }

  /** Returns how many requests are under way now. */
  public int underWay() {
    return underWay.get();
  }

  /** Returns how many completions were sent. */
  public int completions() {
    return completions.get();
  }

  /** Returns the tokens that were sent here, in all that was answered. */
  public long promptTokens() {
    return promptTokens.get();
  }

  /** Returns the tokens that were answered. */
  public long outputTokens() {
    return outputTokens.get();
  }

  /** Returns the time that requests took here, all together. */
  public long busyNanos() {
    return busyNanos.get();
  }

  /** Returns how many clients went away before they had their answer. */
  public int brokenOff() {
    return broken.get();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
