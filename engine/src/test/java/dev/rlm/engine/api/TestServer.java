package dev.rlm.engine.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rlm.engine.TestFolder;
import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.Executions;
import dev.rlm.engine.execution.Executor;
import dev.rlm.engine.execution.ThrowawaySource;
import dev.rlm.engine.context.ContextStore;
import dev.rlm.engine.context.DataFolder;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.history.TrajectoryStore;
import dev.rlm.engine.sandbox.FakeSandboxRuntime;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.Results;
import dev.rlm.engine.sandbox.SandboxSpec;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.Outcome;

/** A real server on a free port, over an executor that a test scripts. */
final class TestServer implements AutoCloseable {

  static final ByteSize CONTEXT_BUDGET = ByteSize.mebibytes(4);
  static final ByteSize MAX_BODY = new ByteSize(100_000);
  static final Duration TIMEOUT = Duration.ofSeconds(30);
  static final Duration MAX_TIMEOUT = Duration.ofMinutes(5);

  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(StreamReadConstraints.builder().maxNumberLength(10_000).build())
              .build());

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<ExecutionCommand> commands = new CopyOnWriteArrayList<>();
  private final Optional<ScriptedInference> inference;
  private final TrajectoryStore trajectories =
      new TrajectoryStore(
          TestFolder.create().resolve("trajectories"),
          new TrajectoryStore.Options(ByteSize.mebibytes(100), Duration.ofDays(1)),
          InstantSource.system());
  private final ApiServer server;
  private volatile Script script = _ -> Executions.of(new Outcome.Completed());
  private volatile Readiness readiness = readiness(true, "ok");

  /** What comes of an execution. */
  @FunctionalInterface
  interface Script {
    Execution execute(ExecutionCommand command) throws InterruptedException;
  }

  /** Returns a readiness whose one check says this. */
  static Readiness readiness(boolean ready, String check) {
    return new Readiness(
        ready, Map.of("sandboxes", check), Executions.ISOLATION, new Readiness.Pool(4, 3, 1, 0, 0));
  }

  private TestServer(List<String> apiKeys, List<String> allowedHosts) {
    this(apiKeys, allowedHosts, MAX_BODY, Optional.empty());
  }

  private TestServer(
      List<String> apiKeys, List<String> allowedHosts, ByteSize maxBody, Optional<ScriptedInference> inference) {
    this.inference = inference;
    server =
        ApiServer.start(
            new ApiServer.Options("127.0.0.1", 0, apiKeys, allowedHosts, maxBody, TIMEOUT, MAX_TIMEOUT),
            services(),
            () -> readiness,
            () -> "# HELP rlm_execution\n");
  }

  private ApiServer.Services services() {
    Executor executor =
        (command, _, _) -> {
          commands.add(command);
          return script.execute(command);
        };
    SandboxSpec spec =
        new SandboxSpec(
            new ResourceLimits(ByteSize.mebibytes(512), 50, 1.0, ByteSize.mebibytes(64)), false, true);
    SandboxPool pool =
        new SandboxPool(
            new FakeSandboxRuntime(Executions.ISOLATION, (_, _) -> Results.of(new Outcome.Completed(), Map.of())),
            spec,
            new PoolSettings(0, 1, 10, Duration.ofSeconds(30)));
    Egress egress = Egress.of(List.of());
    return new ApiServer.Services(
        executor,
        new ThrowawaySource(pool, egress),
        new SessionRegistry(
            pool,
            egress,
            executor,
            new SessionRegistry.Options(10, Duration.ofHours(1), Duration.ofSeconds(30)),
            InstantSource.system()),
        new ContextStore(
            DataFolder.take(TestFolder.create()),
            new ContextStore.Options(CONTEXT_BUDGET, Duration.ofHours(1)),
            ContextStore.Listener.NONE,
            InstantSource.system()),
        inference.map(scripted -> scripted),
        trajectories);
  }

  static TestServer open() {
    return new TestServer(List.of(), List.of());
  }

  /** Opens a server whose questions are answered by {@code inference}, and that takes large bodies. */
  static TestServer answeringBy(ScriptedInference inference, String... keys) {
    return new TestServer(List.of(keys), List.of(), ByteSize.mebibytes(8), Optional.of(inference));
  }

  /** Returns what keeps the trajectories that the server tells of. */
  TrajectoryStore kept() {
    return trajectories;
  }

  static TestServer withKeys(String... keys) {
    return new TestServer(List.of(keys), List.of());
  }

  static TestServer answeringTo(String... hosts) {
    return new TestServer(List.of(), List.of(hosts));
  }

  /** Answers each execution like this from now on. */
  void executes(Script how) {
    script = how;
  }

  void is(Readiness now) {
    readiness = now;
  }

  /** Returns what reached the executor. */
  List<ExecutionCommand> commands() {
    return commands;
  }

  int port() {
    return server.port();
  }

  /** An answer, read as what it says it is. */
  record Answer(int status, HttpResponse<String> response) {

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    String body() {
      return response.body();
    }

    JsonNode json() {
      try {
        return JSON.readTree(response.body());
      } catch (IOException e) {
        throw new UncheckedIOException(response.body(), e);
      }
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path)).timeout(Duration.ofSeconds(50));
  }

  Answer send(HttpRequest.Builder request) throws InterruptedException {
    try {
      HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Answer get(String path) throws InterruptedException {
    return send(request(path));
  }

  Answer execute(String body) throws InterruptedException {
    return execute(body.getBytes(StandardCharsets.UTF_8));
  }

  Answer execute(byte[] body) throws InterruptedException {
    return send(
        request("/execute")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  /** Executes with an executor that fails like this. */
  Answer failing(RuntimeException failure) throws InterruptedException {
    executes(
        _ -> {
          throw failure;
        });
    return execute("{\"code\":\"pass\"}");
  }

  /** Executes with an executor that answers like this. */
  Answer answering(Execution execution) throws InterruptedException {
    executes(_ -> execution);
    return execute("{\"code\":\"pass\"}");
  }

  /** Sends bytes as they are, and returns all that came until the server closed the connection. */
  String raw(String request) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.setSoTimeout(50_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.close();
    client.close();
  }
}
