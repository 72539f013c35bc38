package dev.rlm.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.FileEntity;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/**
 * The engine's public interface, over connections that are kept alive. The client reads and writes in the calling thread: the one of
 * the JDK passes each request through threads of its own, which costs more than half a millisecond where processors are few.
 */
final class Api implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration QUIET_TIMEOUT = Duration.ofMinutes(3);
  private static final long LOOK_AGAIN_MILLIS = 20;

  private static final int MOST_CONNECTIONS = 10_000;

  private final CloseableHttpClient http =
      HttpClients.custom()
          .setConnectionManager(
              PoolingHttpClientConnectionManagerBuilder.create()
                  .setMaxConnTotal(MOST_CONNECTIONS)
                  .setMaxConnPerRoute(MOST_CONNECTIONS)
                  .build())
          .disableAutomaticRetries()
          .disableContentCompression()
          .disableCookieManagement()
          .build();

  private final HttpClient asynchronous = HttpClient.newHttpClient();
  private final String url;

  Api(int port) {
    this.url = "http://127.0.0.1:" + port;
  }

  /** An answer and its status. */
  record Answer(int status, JsonNode body) {}

  /** Runs code in a sandbox of its own. */
  Answer execute(String code, Optional<String> contextId) throws Exception {
    return post("/execute", body(code, contextId));
  }

  /** Runs code and insists that it prints this. */
  void expect(String code, Optional<String> contextId, String printed) throws Exception {
    check(execute(code, contextId), printed);
  }

  /** Opens a session and returns its id. */
  String openSession() throws Exception {
    Answer answer = post("/session", Map.of());
    if (answer.status() != 201) {
      throw new IllegalStateException("no session: " + answer);
    }
    return answer.body().path("session_id").asText();
  }

  /** Opens a session if there is room. */
  Optional<String> tryOpenSession() throws Exception {
    Answer answer = post("/session", Map.of());
    return answer.status() == 201 ? Optional.of(answer.body().path("session_id").asText()) : Optional.empty();
  }

  /** Runs code in a session and insists that it prints this; returns what the engine says of it. */
  JsonNode expectInSession(String session, String code, Optional<String> contextId, String printed) throws Exception {
    Answer answer = post("/session/" + session + "/execute", body(code, contextId));
    check(answer, printed);
    return answer.body();
  }

  /** Asks for what costs the engine nothing. */
  void health() throws Exception {
    send("GET", "/health", null);
  }

  void closeSession(String session) throws Exception {
    send("DELETE", "/session/" + session, null);
  }

  /** Stores a document and returns its id. */
  String store(Path document) throws Exception {
    Answer answer = send("PUT", "/context", new FileEntity(document.toFile(), ContentType.TEXT_PLAIN));
    if (answer.status() / 100 != 2) {
      throw new IllegalStateException("not stored: " + answer);
    }
    return answer.body().path("context_id").asText();
  }

  void forget(String contextId) throws Exception {
    send("DELETE", "/context/" + contextId, null);
  }

  /** Opens a session's socket. */
  WebSocket socket(String session, WebSocket.Listener listener) throws Exception {
    return asynchronous
        .newWebSocketBuilder()
        .buildAsync(URI.create(url.replace("http", "ws") + "/session/" + session + "/stream"), listener)
        .get(10, TimeUnit.SECONDS);
  }

  /** Waits until the pool is full and nothing is under way, so that what comes next is measured alone. */
  void awaitQuiet() throws Exception {
    await(true);
  }

  /** Waits until the pool is full, whatever is in use. */
  void awaitMade() throws Exception {
    await(false);
  }

  private void await(boolean unused) throws Exception {
    long end = System.nanoTime() + QUIET_TIMEOUT.toNanos();
    while (true) {
      JsonNode pool = send("GET", "/ready", null).body().path("pool");
      if (pool.path("idle").asInt() >= pool.path("size").asInt()
          && pool.path("making").asInt() == 0
          && (!unused || pool.path("leased").asInt() == 0)) {
        return;
      }
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException("the pool does not come to rest: " + pool);
      }
      Thread.sleep(LOOK_AGAIN_MILLIS);
    }
  }

  private static Map<String, Object> body(String code, Optional<String> contextId) {
    Map<String, Object> body = new HashMap<>();
    body.put("code", code);
    body.put("timeout", 120);
    contextId.ifPresent(id -> body.put("context_id", id));
    return body;
  }

  private static void check(Answer answer, String printed) {
    if (answer.status() != 200 || !answer.body().path("stdout").asText().equals(printed)) {
      throw new IllegalStateException("not what it should have printed (%s): %s".formatted(printed.strip(), answer));
    }
  }

  /** Sends a document and returns what comes of it. */
  Answer post(String path, Map<String, Object> body) throws Exception {
    return send("POST", path, new StringEntity(JSON.writeValueAsString(body), ContentType.APPLICATION_JSON));
  }

  private Answer send(String method, String path, @Nullable HttpEntity body) throws IOException {
    HttpUriRequestBase request = new HttpUriRequestBase(method, URI.create(url + path));
    request.setEntity(body);
    return http.execute(
        request,
        response -> {
          HttpEntity entity = response.getEntity();
          return new Answer(
              response.getCode(), entity == null ? JSON.missingNode() : JSON.readTree(EntityUtils.toByteArray(entity)));
        });
  }

  /** Returns where the engine is. */
  String url() {
    return url;
  }

  /** Sends a document, and goes away without an answer when that holds. */
  void abandon(String path, Map<String, Object> body, Callable<Boolean> when) throws Exception {
    CompletableFuture<?> answer =
        asynchronous.sendAsync(
            HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build(),
            HttpResponse.BodyHandlers.discarding());
    while (!when.call()) {
      if (answer.isDone()) {
        throw new IllegalStateException("it was answered too soon");
      }
      Thread.sleep(LOOK_AGAIN_MILLIS);
    }
    answer.cancel(true);
  }

  /** Waits until no sandbox is in use. */
  void awaitUnused() throws Exception {
    while (send("GET", "/ready", null).body().path("pool").path("leased").asInt() > 0) {
      Thread.sleep(LOOK_AGAIN_MILLIS);
    }
  }

  @Override
  public void close() {
    asynchronous.shutdownNow();
    http.close(CloseMode.IMMEDIATE);
  }
}
