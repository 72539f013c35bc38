package dev.rlm.engine.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An engine somewhere, as its public HTTP interface shows it. Where it has no room just now, requests are sent again when it says, as
 * long as the caller's patience lasts. Safe for use by many threads.
 */
public final class EngineClient implements AutoCloseable {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** The making of a session waits for a sandbox, which has limits of its own. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(10);

  private static final Duration END_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration RETRY_UNSAID = Duration.ofSeconds(1);
  private static final String JSON = "application/json";
  private static final String EVENTS = "application/x-ndjson";

  private final URI url;
  private final Optional<String> apiKey;
  private final Duration patience;
  private final Pause pause;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_TIMEOUT).build();

  /**
   * Creates a client; nothing is sent yet.
   *
   * @param url where the engine is, without a slash at the end
   * @param apiKey what it is shown
   * @param patience how long to go on asking an engine that has no room
   */
  public EngineClient(URI url, Optional<String> apiKey, Duration patience) {
    this(url, apiKey, patience, Thread::sleep);
  }

  EngineClient(URI url, Optional<String> apiKey, Duration patience, Pause pause) {
    this.url = url;
    this.apiKey = apiKey;
    this.patience = patience;
    this.pause = pause;
  }

  /**
   * Starts to run code in a sandbox of its own.
   *
   * @throws ClientException when the engine cannot be reached, or refuses
   */
  public RunningCode run(Code code) throws InterruptedException {
    return new HttpRun(lines("run code", post("/execute", Wire.execute(code))), toString());
  }

  /**
   * Starts to answer a question.
   *
   * @throws ClientException when the engine cannot be reached, or refuses
   */
  public RunningQuestion ask(Question question) throws InterruptedException {
    return new HttpQuestion(lines("answer questions", post("/infer", Wire.infer(question))), toString());
  }

  private HttpRun.Lines lines(String what, HttpRequest.Builder post) throws InterruptedException {
    HttpRequest request = post.header("Accept", EVENTS).build();
    AtomicReference<HttpRun.@Nullable Lines> lines = new AtomicReference<>();
    HttpResponse.BodyHandler<Optional<String>> handler =
        answer -> {
          if (answer.statusCode() != 200) {
            return HttpResponse.BodySubscribers.mapping(
                HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8), Optional::of);
          }
          HttpRun.Lines read = new HttpRun.Lines();
          lines.set(read);
          return new AtOnce(HttpResponse.BodySubscribers.fromLineSubscriber(read));
        };
    send(what, request, handler);
    HttpRun.Lines read = lines.get();
    if (read == null) {
      throw new IllegalStateException("an answer of 200 without a body");
    }
    return read;
  }

  /**
   * Stores a document of any size: text if it is UTF-8, else bytes.
   *
   * @return the name that executions and sessions find it by
   * @throws ClientException when the engine cannot be reached, or refuses
   * @throws IOException when the file cannot be read
   */
  public String storeContext(Path file, UploadProgress progress) throws IOException, InterruptedException {
    return storeContext(file, request("/context"), progress);
  }

  /** As {@link #storeContext(Path, UploadProgress)}, of which it is known whether it is text. */
  public String storeContext(Path file, boolean text) throws IOException, InterruptedException {
    return storeContext(
        file, request("/context").header("Content-Type", text ? "text/plain" : "application/octet-stream"), UploadProgress.NONE);
  }

  private String storeContext(Path file, HttpRequest.Builder request, UploadProgress progress)
      throws IOException, InterruptedException {
    HttpRequest put =
        request.expectContinue(true).timeout(ANSWER_TIMEOUT).PUT(new FileBody(file, progress)).build();
    return field(send("store the context", put, text()).body(), "context_id");
  }

  /** Gives up a stored document; an engine that cannot be reached forgets it by itself when its time is up. */
  public void deleteContext(String id) {
    delete("/context/" + id);
  }

  /**
   * Opens a session.
   *
   * @param context what the first execution finds as its context
   * @throws ClientException when the engine cannot be reached, or refuses
   */
  public RemoteSession openSession(Optional<ContextValue> context) throws InterruptedException {
    ObjectNode body = Wire.object();
    context.ifPresent(value -> Wire.put(body, value));
    HttpRequest request = post("/session", body).timeout(ANSWER_TIMEOUT).build();
    return new RemoteSession(this, field(send("open a session", request, text()).body(), "session_id"));
  }

  /**
   * Asks the engine for its state.
   *
   * @param timeout how long that may take
   * @throws ClientException when it cannot be reached, or is no engine
   */
  public EngineState state(Duration timeout) throws InterruptedException {
    return Wire.state(sendOnce(request("/ready").timeout(timeout).build(), text()).body());
  }

  boolean hasSession(String id) throws InterruptedException {
    return sendOnce(request("/session/" + id).timeout(END_TIMEOUT).build(), text()).statusCode() == 200;
  }

  CallingCode runInSession(String id, Code code, Offer offer) throws InterruptedException {
    String address = url.toString().replaceFirst("^http", "ws") + "/session/" + id + "/stream";
    SocketRun.Messages messages = new SocketRun.Messages();
    WebSocket.Builder builder = http.newWebSocketBuilder().connectTimeout(CONNECT_TIMEOUT);
    apiKey.ifPresent(key -> builder.header("Authorization", "Bearer " + key));
    WebSocket socket = await(builder.buildAsync(URI.create(address), messages));
    await(socket.sendText(Wire.text(Wire.execute(code, offer)), true));
    return SocketRun.of(socket, messages, toString());
  }

  private WebSocket await(CompletableFuture<WebSocket> socket) throws InterruptedException {
    try {
      return socket.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        throw refused("run code in a session", Wire.problem(refused.getResponse().statusCode(), ""));
      }
      throw unreachable(Objects.requireNonNullElse(e.getCause(), e));
    }
  }

  void endSession(String id) {
    delete("/session/" + id);
  }

  private void delete(String path) {
    try {
      http.send(
          request(path).timeout(END_TIMEOUT).DELETE().build(), HttpResponse.BodyHandlers.discarding());
    } catch (IOException e) {
      // It is not there to be told.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends a request until it is served, for as long as the engine only has no room and the patience lasts. */
  private <T> HttpResponse<T> send(String what, HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws InterruptedException {
    long started = System.nanoTime();
    while (true) {
      HttpResponse<T> response = sendOnce(request, handler);
      if (response.statusCode() < 300) {
        return response;
      }
      Problem problem = Wire.problem(response.statusCode(), bodyOf(response));
      Duration wait = retryAfter(response.headers());
      Duration left = patience.minusNanos(System.nanoTime() - started);
      if (!problem.isOverload() || left.compareTo(wait) < 0) {
        throw refused(what, problem);
      }
      pause.take(wait);
    }
  }

  private static String bodyOf(HttpResponse<?> response) {
    return switch (response.body()) {
      case String text -> text;
      case Optional<?> text -> text.map(Object::toString).orElse("");
      case null, default -> "";
    };
  }

  private <T> HttpResponse<T> sendOnce(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws InterruptedException {
    try {
      return http.send(request, handler);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private ClientException unreachable(Throwable e) {
    return switch (e) {
      case ConnectException _ ->
          new ClientException("%s cannot be reached: nobody listens there. Is it running?".formatted(this), e);
      case HttpTimeoutException _ -> new ClientException("%s does not answer: %s".formatted(this, reason(e)), e);
      default -> new ClientException("the connection to %s broke: %s".formatted(this, reason(e)), e);
    };
  }

  /** Returns what a failure says, or what it is. */
  static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getMessage() == null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  private ClientException refused(String what, Problem problem) {
    String message;
    if (problem.isUnauthorized()) {
      message =
          "%s %s: set RLM_API_KEY to a key that it knows"
              .formatted(this, apiKey.isPresent() ? "does not know this key" : "asks for a key");
    } else if (problem.isOverload()) {
      message = "%s still has no room after %d s: %s".formatted(this, patience.toSeconds(), problem.detail());
    } else {
      message = "%s does not %s: %s".formatted(this, what, problem.detail());
    }
    return new ClientException.RefusedException(message, problem);
  }

  private static Duration retryAfter(HttpHeaders headers) {
    try {
      return headers.firstValue("Retry-After").map(Long::parseLong).map(Duration::ofSeconds).orElse(RETRY_UNSAID);
    } catch (NumberFormatException e) {
      return RETRY_UNSAID; // A date, which no engine sends.
    }
  }

  private String field(String body, String name) {
    JsonNode value = Wire.read(body).path(name);
    if (!value.isTextual()) {
      throw new ClientException("%s answered without a %s: is there an engine at this address?".formatted(this, name));
    }
    return value.textValue();
  }

  private HttpRequest.Builder post(String path, ObjectNode body) {
    return request(path).header("Content-Type", JSON).POST(HttpRequest.BodyPublishers.ofString(Wire.text(body)));
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
    apiKey.ifPresent(key -> request.header("Authorization", "Bearer " + key));
    return request;
  }

  private static HttpResponse.BodyHandler<String> text() {
    return HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8);
  }

  /** Says where the engine is, for messages. */
  @Override
  public String toString() {
    return "the engine at " + url;
  }

  /** Closes all connections: an engine interrupts the code that nobody listens to any more. */
  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
