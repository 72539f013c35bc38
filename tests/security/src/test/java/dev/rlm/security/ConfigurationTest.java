package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.io.StringReader;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each documented variable changes what a caller sees, or what the daemon was told. */
@Tag("configuration")
final class ConfigurationTest {

  private static final String KEY = "0123456789abcdef-a-key-of-a-caller";

  @Test
  void theLevelsAreWhatTheirNamesSay() throws IOException {
    try (EngineProcess engine = EngineProcess.start(level("maximum"))) {
      assertEquals("runsc", engine.execute("1").at("/isolation/runtime").textValue());
    }
    try (EngineProcess engine = EngineProcess.start(level("standard"))) {
      assertEquals("runc", engine.execute("1").at("/isolation/runtime").textValue());
    }
    try (EngineProcess engine = EngineProcess.start(level("development"))) {
      JsonNode answer = engine.execute("6 * 7");
      assertEquals("none", answer.at("/isolation/runtime").textValue());
      assertEquals("42", answer.get("result").textValue());
      assertTrue(engine.log().contains("WITHOUT ISOLATION"), engine.log());
    }
  }

  @Test
  void limitsComeFromTheEnvironment() {
    Map<String, String> limits =
        Map.of(
            "RLM_POOL_SIZE", "0",
            "RLM_MEMORY_LIMIT", "128m",
            "RLM_PIDS_LIMIT", "20",
            "RLM_CPU_LIMIT", "0.5",
            "RLM_TMP_LIMIT", "2m",
            "EXECUTION_TIMEOUT", "1.5",
            "RLM_MAX_EXECUTION_TIMEOUT", "3",
            "RLM_OUTPUT_KEPT", "1k",
            "RLM_OUTPUT_LIMIT", "1m",
            "RLM_MAX_BODY", "64k");
    try (EngineProcess engine = EngineProcess.start(limits)) {
      assertEquals("out_of_memory", outcome(engine, "x = bytearray(200_000_000)"));
      assertEquals("process_limit", outcome(engine, "import threading, time\nfor n in range(30): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"));
      assertEquals("OSError", engine.execute(Map.of("code", "open('/tmp/f', 'wb').write(bytes(3 << 20))")).at("/error/name").textValue());
      assertEquals("output_limit", outcome(engine, "while True: print('y' * 10000)"));
      JsonNode truncated = engine.execute(Map.of("code", "print('y' * 5000)"));
      assertTrue(truncated.get("truncated").booleanValue());
      assertTrue(truncated.get("stdout").textValue().length() < 1_200);
      JsonNode timedOut = engine.execute(Map.of("code", "import time\ntime.sleep(60)"));
      assertEquals("timed_out", timedOut.get("outcome").textValue());
      assertTrue(timedOut.at("/error/value").textValue().contains("1.5 s"), timedOut.toString());
      assertEquals(400, engine.post("/execute", Map.of("code", "1", "timeout", 4)).statusCode());
      assertEquals(413, engine.post("/execute", Map.of("code", "#".repeat(70_000))).statusCode());
      HostConfig told = hostConfigDuring(engine);
      assertEquals(50_000L, told.getCpuQuota());
      assertEquals(100_000L, told.getCpuPeriod());
      assertEquals(128L << 20, told.getMemorySwap());
    }
  }

  @Test
  void queueingComesFromTheEnvironment() throws InterruptedException, IOException {
    Map<String, String> narrow =
        Map.of("RLM_MAX_CONCURRENT", "1", "RLM_MAX_QUEUED", "0", "RLM_EXECUTION_MODE", "local", "RLM_ALLOW_UNSAFE_LOCAL", "true");
    whileItsOnlyPlaceIsTaken(
        narrow,
        engine -> {
          HttpResponse<String> refused = engine.post("/execute", Map.of("code", "1"));
          assertEquals(429, refused.statusCode());
          assertEquals("overloaded", EngineProcess.parse(refused.body()).get("code").textValue());
          assertTrue(refused.headers().firstValue("Retry-After").isPresent());
        });
    Map<String, String> impatient = new HashMap<>(narrow);
    impatient.put("RLM_MAX_QUEUED", "5");
    impatient.put("RLM_QUEUE_TIMEOUT", "3"); // The start of a process is within it.
    whileItsOnlyPlaceIsTaken(
        impatient, engine -> assertEquals(429, engine.post("/execute", Map.of("code", "1")).statusCode()));
  }

  /** Looks at an engine while code runs there that waits for a file: code in no sandbox sees the files of its host. */
  private static void whileItsOnlyPlaceIsTaken(Map<String, String> variables, Consumer<EngineProcess> look)
      throws InterruptedException, IOException {
    Path folder = Files.createTempDirectory("rlm-place");
    Path begun = folder.resolve("begun");
    Path end = folder.resolve("end");
    try (EngineProcess engine = EngineProcess.start(variables)) {
      String code = "import os, time\nopen('%s', 'w').close()\nwhile not os.path.exists('%s'): time.sleep(0.05)".formatted(begun, end);
      Thread first = Thread.ofVirtual().start(() -> engine.execute(code));
      assertTrue(Containers.soon(() -> Files.exists(begun)));
      look.accept(engine);
      Files.createFile(end);
      first.join();
    } finally {
      Files.deleteIfExists(begun);
      Files.deleteIfExists(end);
      Files.delete(folder);
    }
  }

  @Test
  void theRuntimeIsChosenOnceAndSaid() {
    try (EngineProcess engine = EngineProcess.start(Map.of("RLM_DOCKER_RUNTIME", "auto"))) {
      assertEquals("runsc", EngineProcess.parse(engine.get("/ready").body()).at("/isolation/runtime").textValue());
    }
    try (EngineProcess engine = EngineProcess.start(Map.of("RLM_DOCKER_RUNTIME", "runc"))) {
      assertEquals("runc", EngineProcess.parse(engine.get("/ready").body()).at("/isolation/runtime").textValue());
    }
  }

  @Test
  void refusesToStartWithWhatCannotBe() {
    refuses("RLM_DOCKER_RUNTIME", "kata", "RLM_DOCKER_RUNTIME=kata");
    refuses("RLM_EXECUTION_MODE", "local", "RLM_ALLOW_UNSAFE_LOCAL");
    refuses("RLM_HOST", "0.0.0.0", "RLM_API_KEY");
    refuses("RLM_MEMORY_LIMIT", "lots", "RLM_MEMORY_LIMIT=lots");
    refuses("RLM_SANDBOX_IMAGE", "no-such-image", "no-such-image");
    refuses("DOCKER_HOST", "unix:///nonexistent/docker.sock", "/nonexistent/docker.sock");
    // The set-up registers runsc without a network stack, and the engine says so instead of failing per request.
    refuses(Map.of("RLM_NETWORK_ENABLED", "true", "RLM_DOCKER_RUNTIME", "runsc"), "RLM_NETWORK_ENABLED=true");
  }

  @Test
  void theGuardCanBeSwitchedOffToTestWhatIsBehindIt() {
    try (EngineProcess engine = EngineProcess.start(Map.of("RLM_GUARD", "off"))) {
      JsonNode answer = engine.execute("import socket\ntry:\n    socket.socket()\n    made = True\nexcept OSError:\n    made = False");
      assertTrue(answer.at("/locals/made").booleanValue(), "under gVisor, only the guard refuses to make a socket");
      assertFalse(engine.execute("import socket\nsocket.socket().connect(('8.8.8.8', 53))").get("success").booleanValue());
    }
  }

  @Test
  void keysAreAskedForOnceThereAreAny() {
    try (EngineProcess engine = EngineProcess.start(Map.of("RLM_API_KEY", "another-key-of-16-or-more," + KEY, "RLM_HOST", "0.0.0.0"))) {
      assertEquals(401, engine.post("/execute", Map.of("code", "1")).statusCode());
      assertEquals(401, engine.post("/execute", Map.of("code", "1"), "Authorization", "Bearer wrong").statusCode());
      assertEquals(200, engine.get("/health").statusCode());
      HttpResponse<String> served =
          engine.post("/execute", Map.of("code", "print('%s')".formatted(KEY)), "Authorization", "Bearer " + KEY);
      assertEquals(200, served.statusCode());
      assertFalse(served.body().contains(KEY), "the engine's own key never passes the filter");
      assertFalse(engine.log().contains(KEY));
    }
  }

  @Test
  void otherNamesOfThisMachineMustBeNamed() {
    Map<String, String> local = Map.of("RLM_EXECUTION_MODE", "local", "RLM_ALLOW_UNSAFE_LOCAL", "true");
    try (EngineProcess engine = EngineProcess.start(local)) {
      assertEquals(421, engine.get("/health", "Host", "evil.example").statusCode());
    }
    Map<String, String> named = new HashMap<>(local);
    named.put("RLM_ALLOWED_HOSTS", "sandbox.example");
    try (EngineProcess engine = EngineProcess.start(named)) {
      assertEquals(200, engine.get("/health", "Host", "sandbox.example").statusCode());
    }
  }

  @Test
  void theLogSaysAsMuchAsIsAskedFor() {
    Map<String, String> local = new HashMap<>(Map.of("RLM_EXECUTION_MODE", "local", "RLM_ALLOW_UNSAFE_LOCAL", "true"));
    try (EngineProcess engine = EngineProcess.start(local)) {
      String id = engine.execute("1").get("execution_id").textValue();
      assertTrue(Containers.soon(() -> engine.log().contains(id)), engine.log());
    }
    local.put("LOG_LEVEL", "debug");
    local.put("RLM_MEMRY_LIMIT", "1g");
    try (EngineProcess engine = EngineProcess.start(local)) {
      assertTrue(engine.log().contains("RLM_MEMRY_LIMIT"), "a slip of the pen is pointed out");
    }
  }

  @Test
  void anotherPythonIsUsedForLocalMode() {
    Map<String, String> local =
        Map.of("RLM_EXECUTION_MODE", "local", "RLM_ALLOW_UNSAFE_LOCAL", "true", "RLM_PYTHON", "/nonexistent/python");
    try (EngineProcess engine = EngineProcess.start(local)) {
      HttpResponse<String> response = engine.post("/execute", Map.of("code", "1"));
      assertEquals(503, response.statusCode());
      assertTrue(response.body().contains("/nonexistent/python"), response.body());
    }
  }

  private static HostConfig hostConfigDuring(EngineProcess engine) {
    assertTrue(Containers.soon(() -> Containers.ofEngine(engine.engineId()).isEmpty()));
    Thread run = Thread.ofVirtual().start(() -> engine.execute(Map.of("code", "import time\ntime.sleep(1)")));
    assertTrue(Containers.soon(() -> Containers.ofEngine(engine.engineId()).size() == 1));
    String name = Containers.ofEngine(engine.engineId()).getFirst().substring(1);
    HostConfig config = Containers.daemon().inspectContainerCmd(name).exec().getHostConfig();
    try {
      run.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return config;
  }

  private static String outcome(EngineProcess engine, String code) {
    return engine.execute(Map.of("code", code, "timeout", 3)).get("outcome").textValue();
  }

  private static void refuses(String name, String value, String said) {
    refuses(Map.of(name, value), said);
  }

  private static void refuses(Map<String, String> variables, String said) {
    EngineProcess engine = EngineProcess.launch(variables);
    assertNotEquals(0, engine.awaitExit());
    assertTrue(Containers.soon(() -> engine.log().contains(said)), engine::log);
    assertFalse(engine.log().contains("\tat "), "a stack trace helps no operator:\n" + engine.log());
  }

  private static Map<String, String> level(String name) throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(Files.readString(Path.of(System.getProperty("rlm.home"), "config", name + ".env"))));
    Map<String, String> variables = new HashMap<>();
    properties.forEach((key, value) -> variables.put(key.toString(), value.toString()));
    return variables;
  }
}
