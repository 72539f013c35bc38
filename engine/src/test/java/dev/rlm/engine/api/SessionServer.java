package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rlm.engine.TestFolder;
import dev.rlm.engine.context.ContextStore;
import dev.rlm.engine.context.DataFolder;
import dev.rlm.engine.execution.Admission;
import dev.rlm.engine.execution.AdmittingExecutor;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.execution.Executor;
import dev.rlm.engine.execution.SandboxExecutor;
import dev.rlm.engine.execution.ThrowawaySource;
import dev.rlm.engine.history.TrajectoryStore;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.Results;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.ScriptedRuntime;
import dev.rlm.engine.sandbox.ScriptedSandbox;
import dev.rlm.engine.sandbox.pool.PoolSettings;
import dev.rlm.engine.sandbox.pool.SandboxPool;
import dev.rlm.engine.session.SessionRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A real server on a free port, with all layers below it but the sandboxes, which do what a test says. */
final class SessionServer implements AutoCloseable {

  static final String KEY = "0123456789abcdef";
  static final String OTHER_KEY = "another-key-of-mine";
  static final int MAX_BODY = 100_000;
  static final int MAX_SESSIONS = 5;
  static final int MAX_CONCURRENT = 3;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration WAIT = Duration.ofSeconds(30);

  private final HttpClient client = HttpClient.newHttpClient();
  private final ScriptedRuntime runtime =
      ScriptedRuntime.atOnce((sandbox, request, listener) -> script().execute(sandbox, request, listener));
  private final Admission admission = new Admission(MAX_CONCURRENT, 0);
  private final SandboxPool pool;
  private final SessionRegistry sessions;
  private final ApiServer server;
  private volatile ScriptedSandbox.Script script =
      (_, _, _) -> Results.of(new Outcome.Completed(), Map.of());

  SessionServer() {
    Egress egress = Egress.of(List.of(KEY));
    SandboxSpec spec =
        new SandboxSpec(
            new ResourceLimits(ByteSize.mebibytes(512), 50, 1.0, ByteSize.mebibytes(64)), false, true);
    pool = new SandboxPool(runtime, spec, new PoolSettings(0, 2, 20, WAIT));
    Executor executor =
        new AdmittingExecutor(admission, WAIT, new SandboxExecutor(dev.rlm.engine.execution.Executions.ISOLATION, 10_000, WAIT));
    sessions =
        new SessionRegistry(
            pool,
            egress,
            executor,
            new SessionRegistry.Options(MAX_SESSIONS, Duration.ofHours(1), WAIT),
            InstantSource.system());
    server =
        ApiServer.start(
            new ApiServer.Options(
                "127.0.0.1", 0, List.of(KEY, OTHER_KEY), List.of(), new ByteSize(MAX_BODY), WAIT, WAIT),
            new ApiServer.Services(
                executor, new ThrowawaySource(pool, egress), sessions, contexts(), Optional.empty(), trajectories()),
            () -> TestServer.readiness(true, "ok"),
            () -> "");
  }

  private ScriptedSandbox.Script script() {
    return script;
  }

  private static ContextStore contexts() {
    return new ContextStore(
        DataFolder.take(TestFolder.create()),
        new ContextStore.Options(ByteSize.mebibytes(1), Duration.ofHours(1)),
        ContextStore.Listener.NONE,
        InstantSource.system());
  }

  /** Returns a store in which nothing is kept. */
  static TrajectoryStore trajectories() {
    return new TrajectoryStore(
        Path.of("/nowhere"),
        new TrajectoryStore.Options(ByteSize.mebibytes(1), Duration.ofHours(1)),
        InstantSource.system());
  }

  /** All sandboxes do this with code from now on. */
  void does(ScriptedSandbox.Script how) {
    script = how;
  }

  /** Returns the sandbox that was made last. */
  ScriptedSandbox sandbox() {
    return runtime.made().getLast();
  }

  int running() {
    return admission.admitted();
  }

  void stop() {
    sessions.close();
  }

  /** An answer. */
  record Answer(HttpResponse<String> response) {
    int status() {
      return response.statusCode();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    JsonNode json() {
      return parse(response.body());
    }
  }

  static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(json, e);
    }
  }

  Answer get(String path) throws InterruptedException {
    return send(request(path).GET());
  }

  Answer delete(String path) throws InterruptedException {
    return send(request(path).DELETE());
  }

  Answer post(String path, String body) throws InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(address("http", path))
        .header("Authorization", "Bearer " + KEY)
        .timeout(Duration.ofSeconds(50));
  }

  Answer send(HttpRequest.Builder request) throws InterruptedException {
    try {
      return new Answer(client.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens a session, and returns its path. */
  String open() throws InterruptedException {
    Answer answer = send(request("/session").POST(HttpRequest.BodyPublishers.noBody()));
    if (answer.status() != 201) {
      throw new AssertionError(answer.response().body());
    }
    return answer.header("Location");
  }

  /** Sends a request over a connection of its own. */
  Socket socket(String path, String body, String accept) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    String request =
        """
        POST %s HTTP/1.1\r
        Host: localhost\r
        Authorization: Bearer %s\r
        Content-Type: application/json\r
        Accept: %s\r
        Content-Length: %d\r
        \r
        %s"""
            .formatted(path, KEY, accept, body.length(), body);
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private URI address(String scheme, String path) {
    return URI.create("%s://127.0.0.1:%d%s".formatted(scheme, server.port(), path));
  }

  /** Connects to a session's stream. */
  Client connect(String session, String key) {
    return new Client(session, key);
  }

  /** A WebSocket, and what came over it. */
  final class Client implements AutoCloseable {

    private static final String CLOSED = "{\"type\":\"closed\",\"status\":%d}";

    private final BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();
    private final WebSocket socket;

    private Client(String session, String key) {
      socket =
          client
              .newWebSocketBuilder()
              .header("Authorization", "Bearer " + key)
              .buildAsync(address("ws", session + "/stream"), new Listener())
              .join();
    }

    private final class Listener implements WebSocket.Listener {
      private final StringBuilder parts = new StringBuilder();

      @Override
      public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        parts.append(data);
        if (last) {
          received.add(parse(parts.toString()));
          parts.setLength(0);
        }
        from.request(1);
        return null;
      }

      @Override
      public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
        received.add(parse(CLOSED.formatted(status)));
        return null;
      }

      @Override
      public void onError(WebSocket from, Throwable error) {
        received.add(parse(CLOSED.formatted(0)));
      }
    }

    void send(String json) {
      socket.sendText(json, true).join();
    }

    /** Sends a text that the other side need not take to its end: it may have closed by then. */
    void sendTooMuch(String json) {
      socket.sendText(json, true).exceptionally(_ -> socket).join();
    }

    WebSocket socket() {
      return socket;
    }

    /** Returns the next event but keep-alives, which must be of the given type. */
    JsonNode next(String type) throws InterruptedException {
      JsonNode event;
      do {
        event = Objects.requireNonNull(received.poll(20, TimeUnit.SECONDS), "nothing came");
      } while (event.path("type").asText().equals("keepalive"));
      if (!event.path("type").asText().equals(type)) {
        throw new AssertionError("not %s but %s".formatted(type, event));
      }
      return event;
    }

    @Override
    public void close() {
      socket.abort();
    }
  }

  @Override
  public void close() {
    server.close();
    sessions.close();
    pool.close();
    client.close();
  }
}
