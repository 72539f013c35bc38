package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of an engine that runs out of descriptors, whose clock is stepped, or whose callers are many or go away. */
@Tag("fault")
final class EngineFaultTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What the engine without descriptors has of them: more than it takes to start. */
  private static final int DESCRIPTORS = 160;

  @AfterEach
  void nothingIsLeft() {
    await("no containers", () -> Containers.ofEngines().isEmpty());
  }

  @Test
  void anEngineWithoutDescriptorsRefusesAndRecovers() throws IOException {
    try (EngineProcess engine =
        EngineProcess.start(Map.of("RLM_POOL_SIZE", "0"), List.of("prlimit", "--nofile=%1$d:%1$d".formatted(DESCRIPTORS)))) {
      engine.execute("1"); // Its connection is kept: a new one would not be accepted.
      int files = engine.openFiles();
      Set<Integer> answers = new java.util.TreeSet<>();
      List<Socket> sockets = new ArrayList<>();
      try {
        fill(engine, sockets, 400);
        // The connections to the daemon that the engine kept serve an execution or two.
        await(
            "a refusal",
            () -> {
              fill(engine, sockets, 16);
              answers.add(engine.post("/execute", Map.of("code", "1")).statusCode());
              return answers.contains(503);
            });
        // What it took until then depends on how soon it was refused.
        Duration before = engine.processorTime();
        long begun = System.nanoTime();
        await("a while", () -> System.nanoTime() - begun > Duration.ofSeconds(4).toNanos());
        Duration used = engine.processorTime().minus(before);
        assertTrue(used.compareTo(Duration.ofSeconds(3)) < 0, () -> "it spins: %s of processor time in 4 s".formatted(used));
      } finally {
        for (Socket socket : sockets) {
          socket.close();
        }
      }
      answers.removeAll(Set.of(200, 503));
      assertEquals(Set.of(), answers);
      await("executions again", () -> engine.post("/execute", Map.of("code", "1")).statusCode() == 200);
      await("as many descriptors as before", () -> engine.openFiles() <= files + 8);
    }
  }

  /** Takes what descriptors there are, by so many connections at the most: more than wait to be accepted cannot be made. */
  private static void fill(EngineProcess engine, List<Socket> sockets, int most) {
    for (int n = 0; n < most && engine.openFiles() < DESCRIPTORS; n++) {
      sockets.add(connect(engine));
    }
  }

  private static Socket connect(EngineProcess engine) {
    try {
      return new Socket(InetAddress.getLoopbackAddress(), engine.address("http", "/").getPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aClockThatIsSteppedMovesNoDeadline(@TempDir Path folder) throws IOException {
    Path offset = folder.resolve("offset");
    set(offset, "+0");
    Map<String, String> stepped =
        Map.of(
            "LD_PRELOAD", fakeTime().toString(),
            "FAKETIME_TIMESTAMP_FILE", offset.toString(),
            "FAKETIME_NO_CACHE", "1",
            "FAKETIME_FORCE_MONOTONIC_FIX", "0",
            "FAKETIME_DONT_FAKE_MONOTONIC", "1",
            "DONT_FAKE_MONOTONIC", "1",
            "RLM_POOL_SIZE", "1");
    try (EngineProcess neighbour = EngineProcess.start(Map.of("RLM_POOL_SIZE", "1"));
        EngineProcess engine = EngineProcess.start(stepped)) {
      String session = open(engine);
      String neighbours = open(neighbour);
      String context = EngineProcess.parse(engine.put("/context", "a document").body()).get("context_id").textValue();
      for (String step : List.of("+1h", "-1h")) {
        CompletableFuture<HttpResponse<String>> running = engine.begin("import time\ntime.sleep(4)\n'lasted'", 30);
        await("a run", () -> engine.metric("rlm_executions_admitted") == 1);
        set(offset, step);
        await("the step", () -> hoursAhead(engine) == (step.equals("+1h") ? 1 : -1));

        assertEquals("'lasted'", EngineProcess.parse(running.join().body()).path("result").textValue(), running.join()::body);
        JsonNode endless = engine.execute(Map.of("code", "while True: pass", "timeout", 1));
        assertEquals("timed_out", endless.get("outcome").textValue(), endless::toString);
        assertTrue(endless.get("execution_time").doubleValue() >= 1 && endless.get("execution_time").doubleValue() < 60);
        assertEquals("'kept'", EngineProcess.parse(engine.post(session, Map.of("code", "kept")).body()).path("result").textValue());
        JsonNode document = engine.execute(Map.of("code", "context", "context_id", context));
        assertEquals("'a document'", document.get("result").textValue(), document::toString);
      }
      // Longer than the stepped engine takes for its next looks at the containers of others.
      String state = EngineProcess.parse(neighbour.post(neighbours, Map.of("code", "kept")).body()).path("result").textValue();
      assertEquals("'kept'", state, "an engine with a stepped clock took its neighbour for dead");
    }
  }

  private static String open(EngineProcess engine) {
    String id = EngineProcess.parse(engine.post("/session", Map.of()).body()).get("session_id").textValue();
    String session = "/session/%s/execute".formatted(id);
    assertEquals(200, engine.post(session, Map.of("code", "kept = 'kept'")).statusCode());
    return session;
  }

  /** Steps the clock: the library reads the file anew each time, so it is replaced in one piece. */
  private static void set(Path offset, String value) throws IOException {
    Path next = offset.resolveSibling("next");
    Files.writeString(next, value + "\n");
    Files.move(next, offset, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Returns by how many hours an engine's clock is ahead of ours, by the date that its answers carry. */
  private static long hoursAhead(EngineProcess engine) {
    String date = engine.get("/health").headers().firstValue("Date").orElseThrow();
    Instant told = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    return Math.round(Duration.between(Instant.now(), told).toSeconds() / 3600.0);
  }

  private static Path fakeTime() throws IOException {
    for (Path folder : Stream.of("/usr/lib64", "/usr/lib").map(Path::of).filter(Files::isDirectory).toList()) {
      try (Stream<Path> found = Files.find(folder, 3, (path, _) -> path.endsWith("faketime/libfaketimeMT.so.1"))) {
        Optional<Path> library = found.findFirst();
        if (library.isPresent()) {
          return library.get();
        }
      }
    }
    throw new AssertionError("libfaketime is missing: ./rlm test installs it");
  }

  @Test
  void aThousandRequestsAtOnceAreAllAnswered() {
    try (EngineProcess engine = EngineProcess.start(Map.of())) {
      engine.execute("1");
      int threads = engine.threads();
      int files = engine.openFiles();
      List<CompletableFuture<HttpResponse<String>>> requests =
          IntStream.range(0, 1_000).mapToObj(n -> engine.begin("n = %d\nn".formatted(n), 30)).toList();

      Map<Integer, Long> statuses = new TreeMap<>();
      for (int n = 0; n < requests.size(); n++) {
        HttpResponse<String> answer = requests.get(n).handle((got, broken) -> answered(got, broken, engine)).join();
        statuses.merge(answer.statusCode(), 1L, Long::sum);
        if (answer.statusCode() == 200) {
          assertEquals(Integer.toString(n), EngineProcess.parse(answer.body()).get("result").textValue(), "somebody else's answer");
        }
      }
      assertEquals(Set.of(200, 429), statuses.keySet(), statuses::toString);
      assertTrue(statuses.getOrDefault(200, 0L) >= 72, () -> "fewer than may run and wait were served: " + statuses);
      assertTrue(engine.execute("1").get("success").booleanValue());
      await("threads as before", () -> engine.threads() <= threads + 24);
      engine.closeConnections();
      await("descriptors as before", () -> engine.openFiles() <= files + 24);
    }
  }

  private static HttpResponse<String> answered(@Nullable HttpResponse<String> got, @Nullable Throwable broken, EngineProcess engine) {
    if (got == null) {
      throw new AssertionError(engine.log(), broken);
    }
    return got;
  }

  @Test
  void theCodeOfAClientThatGoesAwayIsStoppedAndItsSandboxIsGone() throws IOException {
    try (EngineProcess engine = EngineProcess.start(Map.of("RLM_POOL_SIZE", "0"))) {
      await("the removal of the canary", () -> Containers.ofEngines().isEmpty());
      List<Socket> clients = new ArrayList<>();
      for (String code : List.of("while True: pass", "import time\\ntime.sleep(1000)")) {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), engine.address("http", "/").getPort());
        String body = "{\"code\":\"%s\",\"timeout\":300}".formatted(code);
        String request =
            "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(body.length(), body);
        client.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        clients.add(client);
      }
      await("two runs", () -> engine.metric("rlm_pool_leased") == 2);
      for (Socket client : clients) {
        client.close();
      }
      await("the end of the runs", () -> engine.metric("rlm_executions_admitted") == 0 && engine.metric("rlm_pool_leased") == 0);
      await("the removal of their sandboxes", () -> Containers.ofEngines().isEmpty());
    }
  }

  private static void await(String what, java.util.function.BooleanSupplier condition) {
    assertTrue(
        Containers.within(PATIENCE, condition),
        () -> "it never came about: %s; containers: %s".formatted(what, Containers.ofEngines().stream().collect(Collectors.joining(" "))));
  }
}
