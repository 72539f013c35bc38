package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerConfig;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * What becomes of one engine when its Docker daemon, its runtime, its image or its disk fails. The engine is the same in all
 * tests and is never restarted: after each it serves again, nothing of its own is left, and nothing foreign was touched.
 */
@BesideOthers
@ResourceLock(PrivateDaemon.ONE_AT_A_TIME)
@Tag("fault")
final class DaemonFaultTest {

  private static final int POOL = 2;

  /** For what takes the machine a moment; the figures that are promised are bounded by {@link #PROMPT}. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What an answer may take when nothing can be had: half of the engine's own timeout for getting a sandbox. */
  private static final Duration PROMPT = Duration.ofSeconds(30);

  private static final String ENDLESS = "import time\nwhile True: time.sleep(0.1)";

  /** Opened by a test, which may have failed before it closed them. */
  private static final Set<String> SESSIONS = new HashSet<>();

  private static PrivateDaemon daemon;
  private static EngineProcess engine;
  private static Path runtimeAside;
  private static Set<String> foreign;

  @BeforeAll
  static void start() {
    daemon = PrivateDaemon.start();
    runtimeAside = daemon.runtime().resolveSibling("runsc.aside");
    engine = EngineProcess.start(variables(POOL, Duration.ofSeconds(60)));
    foreign = Set.of(foreign("rlm-000000000000", Map.of()), foreign("rlm-000000000001", Map.of("dev.rlm.engine", "another")));
  }

  @AfterAll
  static void stop() {
    try {
      engine.close();
    } finally {
      daemon.close();
    }
  }

  private static Map<String, String> variables(int pool, Duration queueTimeout) {
    return daemon.forEngine(
        Map.of(
            "RLM_DOCKER_RUNTIME", "runsc",
            "RLM_POOL_SIZE", Integer.toString(pool),
            "RLM_QUEUE_TIMEOUT", Long.toString(queueTimeout.toSeconds())));
  }

  /** Makes a container of somebody else's, which looks like one of ours. */
  private static String foreign(String name, Map<String, String> labels) {
    return daemon.client().createContainerCmd(PrivateDaemon.imageName()).withName(name).withLabels(labels).exec().getId();
  }

  @BeforeEach
  void poolIsFull() {
    await("a full pool", () -> engine.metric("rlm_pool_idle") == POOL);
  }

  @AfterEach
  void recovers() throws IOException {
    repair();
    awaitExecution();
    SESSIONS.forEach(engine::delete);
    SESSIONS.clear();
    await("a full pool again", () -> engine.metric("rlm_pool_idle") == POOL);
    await("nothing of the engine's but its pool", () -> engine.metric("rlm_pool_leased") == 0 && own().size() == POOL);
    assertEquals(0, engine.metric("rlm_containers_quarantined"));
    Set<String> left = new HashSet<>(ids(daemon.containers()));
    left.removeAll(ids(own()));
    assertEquals(foreign, left, "containers of others");
    await("as many shims as sandboxes", () -> daemon.processes("containerd-shim").size() == POOL);
  }

  /** Undoes whatever fault a test, perhaps a failed one, has left. */
  private static void repair() throws IOException {
    daemon.signal("CONT");
    daemon.freeDataRoot();
    if (Files.exists(runtimeAside)) {
      Files.move(runtimeAside, daemon.runtime(), StandardCopyOption.REPLACE_EXISTING);
    }
    if (daemon.processes("dockerd").isEmpty()) {
      daemon.launch();
    }
    daemon.loadImage();
  }

  // The daemon.

  @Test
  void aDaemonThatIsRestartedCostsWhatRanAndNothingElse() {
    losesRunsTo("TERM");
  }

  @Test
  void aDaemonThatIsKilledCostsWhatRanAndNothingElse() {
    losesRunsTo("KILL");
  }

  private static void losesRunsTo(String signal) {
    String session = openSession();
    CompletableFuture<HttpResponse<String>> running = engine.begin(ENDLESS, 120);
    await("a run and a session", () -> engine.metric("rlm_pool_leased") == 2);
    Set<String> started = started();

    daemon.end(signal);

    assertEquals("sandbox_lost", json(running.join()).get("outcome").textValue(), running.join()::body);
    unavailable("sandbox_unavailable");
    notReady();
    daemon.launch();
    awaitExecution();
    assertEquals(410, engine.post(session, Map.of("code", "1")).statusCode());
    // Under gVisor this verdict comes from the daemon's events: they are listened to again.
    assertEquals("out_of_memory", engine.execute("x = 'a' * 10**9").get("outcome").textValue());
    endForgotten(started);
  }

  @Test
  void aDaemonThatHangsIsFoundOutAndTakesNothingWithItWhenItGoesOn() {
    String session = openSession();
    assertEquals(200, engine.post(session, Map.of("code", "kept = 41")).statusCode());
    CompletableFuture<HttpResponse<String>> lasting = engine.begin("import time\ntime.sleep(20)\n'lasted'", 120);
    await("a run and a session", () -> engine.metric("rlm_pool_leased") == 2);
    CompletableFuture<HttpResponse<String>> ending = engine.begin(ENDLESS, 30); // Longer than it takes to find out.
    await("two runs and a session", () -> engine.metric("rlm_pool_leased") == 3);

    daemon.signal("STOP");

    await("it is found out", () -> engine.get("/ready").statusCode() == 503);
    unavailable("sandbox_unavailable");
    assertEquals(503, engine.post(session, Map.of("code", "kept")).statusCode());
    assertEquals("sandbox_lost", json(ending.join()).get("outcome").textValue(), () -> ending.join().body() + "\n" + engine.log());
    await("what cannot be removed is counted", () -> engine.metric("rlm_containers_quarantined") > 0);
    daemon.signal("CONT");
    assertEquals("'lasted'", json(lasting.join()).path("result").textValue(), lasting.join()::body);
    await("it is found to answer again", () -> engine.get("/ready").statusCode() == 200);
    HttpResponse<String> after = engine.post(session, Map.of("code", "kept + 1"));
    assertEquals("42", json(after).path("result").textValue(), after::body);
    assertEquals(204, engine.delete(sessionOf(session)).statusCode());
  }

  @Test
  void callersThatWaitWhenTheDaemonBeginsToHangAreToldLongBeforeTheirTimeout() {
    daemon.signal("STOP");
    List<CompletableFuture<HttpResponse<String>>> waiting =
        List.of(engine.begin("1", 5), engine.begin("1", 5), engine.begin("1", 5), engine.begin("1", 5));
    long begun = System.nanoTime();
    // The first two have a sandbox, and their code never ran; the others wait for one.
    assertEquals(List.of(200, 200, 503, 503), waiting.stream().map(answer -> answer.join().statusCode()).sorted().toList());
    assertTrue(Duration.ofNanos(System.nanoTime() - begun).compareTo(PROMPT) < 0, "they waited for their timeout");
  }

  @Test
  void anEngineStopsInTimeWhileItsDaemonHangsAndTheOtherOneTidiesUp() {
    try (EngineProcess other = EngineProcess.start(variables(1, PATIENCE))) {
      await("the other's pool", () -> other.metric("rlm_pool_idle") == 1);
      CompletableFuture<HttpResponse<String>> running = other.begin(ENDLESS, 120);
      await("a run of the other's", () -> other.metric("rlm_pool_leased") == 1);
      String id = other.engineId();
      daemon.signal("STOP");
      other.terminate();
      assertEquals(0, other.awaitExit(), other::log);
      assertTrue(running.handle((answer, broken) -> broken != null || !answer.body().contains("\"success\":true")).join());
      daemon.signal("CONT");
      await("the removal of what the other left", () -> of(id).isEmpty());
    }
  }

  @Test
  void anEngineThatIsKilledBetweenCreateAndStartLeavesNothing() {
    EngineProcess killed = EngineProcess.start(variables(0, PATIENCE));
    String id = killed.engineId();
    await("the removal of the canary", () -> of(id).isEmpty());
    CompletableFuture<HttpResponse<String>> cut = killed.begin("1", 5);
    while (of(id).stream().noneMatch(container -> "created".equals(container.getState())) && !cut.isDone()) {
      Thread.onSpinWait();
    }
    killed.kill();
    killed.awaitExit();
    assertTrue(cut.isCompletedExceptionally() || !cut.isDone(), "it was not in time");
    try (EngineProcess _ = EngineProcess.start(variables(0, PATIENCE))) {
      await("the removal of what was left", () -> of(id).isEmpty());
    }
  }

  // What the daemon needs.

  @Test
  void aSentryThatIsKilledEndsItsRunAndNoOther() {
    String session = openSession();
    String user = json(engine.post(session, Map.of("code", "import os\nos.getuid()"))).get("result").textValue();
    CompletableFuture<HttpResponse<String>> victim = engine.begin(session, Map.of("code", ENDLESS, "timeout", 120));
    CompletableFuture<HttpResponse<String>> other = engine.begin("import time\ntime.sleep(5)\n'lasted'", 120);
    await("both runs", () -> engine.metric("rlm_executions_admitted") == 2 && engine.metric("rlm_pool_leased") == 2);

    PrivateDaemon.signal(sentryOf(user), "KILL");

    JsonNode answer = json(victim.join());
    assertEquals("exited", answer.get("outcome").textValue(), answer::toString);
    assertEquals(137, answer.get("exit_code").intValue(), answer::toString);
    assertEquals("'lasted'", json(other.join()).get("result").textValue(), other.join()::body);
  }

  @Test
  void shimsThatAreKilledEndTheirSandboxes() {
    CompletableFuture<HttpResponse<String>> victim = engine.begin(ENDLESS, 120);
    await("a run", () -> engine.metric("rlm_pool_leased") == 1);

    daemon.processes("containerd-shim").forEach(shim -> PrivateDaemon.signal(shim.pid(), "KILL"));

    assertNotEquals(true, json(victim.join()).get("success").booleanValue(), victim.join()::body);
  }

  @Test
  void aMissingImageIsSaidToBeSoAndUsedAgainWhenItIsBack() {
    String image = Objects.requireNonNull(own().getFirst().getImageId());
    await(
        "the image to be gone",
        () -> {
          own().forEach(container -> tolerant(() -> daemon.client().removeContainerCmd(container.getId()).withForce(true).exec()));
          ids(daemon.containers()).stream()
              .filter(foreign::contains)
              .forEach(id -> tolerant(() -> daemon.client().removeContainerCmd(id).exec()));
          tolerant(() -> daemon.client().removeImageCmd(image).withForce(true).exec());
          return daemon.client().listImagesCmd().withShowAll(true).exec().isEmpty();
        });

    await("an empty pool", () -> engine.metric("rlm_pool_idle") == 0);
    unavailable("image_untrusted");
    notReady();

    daemon.loadImage();
    foreign = Set.of(foreign("rlm-000000000000", Map.of()), foreign("rlm-000000000001", Map.of("dev.rlm.engine", "another")));
  }

  @Test
  void anImageThatTakesTheNameIsNeverRun() {
    String image = own().getFirst().getImageId();
    String fake =
        daemon.client().commitCmd(foreign.iterator().next()).withLabels(Map.of("dev.rlm.image.content", "fake")).exec();
    String[] name = PrivateDaemon.imageName().split(":", 2);
    daemon.client().tagImageCmd(fake, name[0], name[1]).withForce().exec();
    try {
      for (int run = 0; run < POOL + 1; run++) {
        assertTrue(engine.execute("1").get("success").booleanValue());
      }
      await("a full pool", () -> engine.metric("rlm_pool_idle") == POOL);
      assertEquals(Set.of(image), new HashSet<>(own().stream().map(Container::getImageId).toList()));
      EngineProcess late = EngineProcess.launch(variables(0, PATIENCE));
      assertNotEquals(0, late.awaitExit(), "an engine started with an image that is not its own");
      assertTrue(late.log().contains("run ./rlm setup"), late::log);
    } finally {
      daemon.loadImage(); // Takes the name back.
      daemon.client().removeImageCmd(fake).withForce(true).exec();
    }
  }

  @Test
  void aMissingRuntimeIsAnErrorAndNeverAnotherRuntime() throws IOException {
    Set<String> started = started();
    Files.move(daemon.runtime(), runtimeAside);

    servesUntilUnavailable("sandbox_unavailable", () -> {});

    Files.move(runtimeAside, daemon.runtime());
    assertEquals("runsc", awaitExecution().at("/isolation/runtime").textValue());
    endForgotten(started);
  }

  /** Returns the containers in which code runs or may run at any moment. */
  private static Set<String> started() {
    return ids(daemon.containers().stream().filter(container -> "running".equals(container.getState())).toList());
  }

  /**
   * Two leaks are containerd's own, and nothing that the daemon could be asked to mend: a shim that cannot ask its runtime to remove a
   * container stays without one, and a container whose start was under way when containerd ended is forgotten by it, and may wait for
   * ever for code that nobody sends. In neither did code ever run, or does it now.
   *
   * @param started those in which code may have run before
   */
  private static void endForgotten(Set<String> started) {
    await("a full pool", () -> engine.metric("rlm_pool_idle") == POOL);
    await(
        "no sandbox that ran code, runs and is forgotten",
        () -> {
          Set<String> forgotten = new HashSet<>(started);
          forgotten.removeAll(ids(daemon.containers()));
          return daemon.runtimeStates().entrySet().stream()
              .noneMatch(state -> state.getValue().equals("running") && forgotten.contains(state.getKey()));
        });
    Set<String> known = ids(daemon.containers());
    Stream.concat(daemon.processes("containerd-shim").stream(), sentries())
        .filter(process -> known.stream().noneMatch(PrivateDaemon.commandLine(process)::contains))
        .forEach(process -> PrivateDaemon.signal(process.pid(), "KILL"));
  }

  @Test
  void aRuntimeThatHangsCostsItsCallerTheTimeoutAndNobodyElse() throws IOException {
    try (EngineProcess cold = EngineProcess.start(variables(0, Duration.ofSeconds(4)))) {
      String id = cold.engineId();
      await("the removal of the canary", () -> of(id).isEmpty());
      Files.move(daemon.runtime(), runtimeAside);
      Files.writeString(daemon.runtime(), "#!/bin/sh\nexec sleep 1000\n");
      assertTrue(daemon.runtime().toFile().setExecutable(true));

      HttpResponse<String> late = cold.post("/execute", Map.of("code", "1"));

      assertEquals(503, late.statusCode(), late::body);
      assertEquals(200, engine.post("/execute", Map.of("code", "1")).statusCode(), "a sandbox that waits needs no runtime");
      Files.move(runtimeAside, daemon.runtime(), StandardCopyOption.REPLACE_EXISTING);
      await(
          "the removal of what hung",
          () -> {
            daemon.processes("sleep").forEach(hanging -> PrivateDaemon.signal(hanging.pid(), "KILL"));
            return of(id).isEmpty();
          });
      await("executions again", () -> cold.post("/execute", Map.of("code", "1")).statusCode() == 200);
    }
  }

  @Test
  void aFullDiskOfTheDaemonsIsAnErrorUntilThereIsRoom() {
    servesUntilUnavailable("sandbox_unavailable", daemon::fillDataRoot);

    long before = triesToFill();
    long begun = System.nanoTime();
    await("three tries to fill the pool", () -> triesToFill() >= before + 3);
    assertTrue(Duration.ofNanos(System.nanoTime() - begun).compareTo(Duration.ofSeconds(3)) > 0, "it tries without pause");
    daemon.freeDataRoot();
  }

  // How the tests look at it.

  private static String openSession() {
    HttpResponse<String> opened = engine.post("/session", Map.of());
    assertEquals(201, opened.statusCode(), opened::body);
    String session = "/session/%s/execute".formatted(json(opened).get("session_id").textValue());
    SESSIONS.add(sessionOf(session));
    return session;
  }

  private static String sessionOf(String execute) {
    return execute.substring(0, execute.lastIndexOf('/'));
  }

  private static long triesToFill() {
    return engine.log().lines().filter(line -> line.contains("the pool is not filled")).count();
  }

  /** Executes while there is a sandbox that waited, and expects to be refused after that, three times in a row. */
  private static void servesUntilUnavailable(String code, Runnable keepUp) {
    AtomicInteger refusals = new AtomicInteger();
    await(
        "refusals",
        () -> {
          keepUp.run();
          HttpResponse<String> answer = engine.post("/execute", Map.of("code", "1"));
          if (answer.statusCode() == 200) {
            refusals.set(0);
            return false;
          }
          refused(code, answer);
          return refusals.incrementAndGet() == 3;
        });
  }

  private static void refused(String code, HttpResponse<String> answer) {
    assertEquals(503, answer.statusCode(), answer::body);
    assertEquals(code, json(answer).get("code").textValue(), answer::body);
    assertTrue(answer.headers().firstValue("Retry-After").isPresent());
  }

  /** Expects a prompt refusal, more than once. */
  private static void unavailable(String code) {
    for (int request = 0; request < POOL + 1; request++) {
      long asked = System.nanoTime();
      refused(code, engine.post("/execute", Map.of("code", "1")));
      Duration took = Duration.ofNanos(System.nanoTime() - asked);
      assertTrue(took.compareTo(PROMPT) < 0, () -> "it took " + took);
    }
  }

  private static void notReady() {
    HttpResponse<String> ready = engine.get("/ready");
    assertEquals(503, ready.statusCode(), ready::body);
    assertNotEquals("ok", json(ready).at("/checks/sandboxes").textValue());
  }

  private static JsonNode awaitExecution() {
    await("executions again", () -> engine.post("/execute", Map.of("code", "1")).statusCode() == 200);
    return engine.execute("1");
  }

  private static List<Container> own() {
    return of(engine.engineId());
  }

  private static List<Container> of(String engineId) {
    return daemon.containers().stream()
        .filter(container -> engineId.equals(container.getLabels().get("dev.rlm.engine")))
        .toList();
  }

  private static Set<String> ids(List<Container> containers) {
    return new HashSet<>(containers.stream().map(Container::getId).toList());
  }

  /** Returns the processes that hold sandboxes. */
  private static Stream<ProcessHandle> sentries() {
    return daemon.processes("exe").stream()
        .filter(process -> PrivateDaemon.commandLine(process).startsWith("runsc-sandbox"));
  }

  /** Returns the process that holds the sandbox of a user id, as this machine counts: the daemon counts in its own namespace. */
  private static long sentryOf(String user) {
    String id =
        own().stream()
            .map(Container::getId)
            .filter(own -> isOf(user, own))
            .findFirst()
            .orElseThrow();
    return sentries()
        .filter(process -> PrivateDaemon.commandLine(process).contains(id))
        .findFirst()
        .orElseThrow()
        .pid();
  }

  private static boolean isOf(String user, String container) {
    ContainerConfig config = daemon.client().inspectContainerCmd(container).exec().getConfig();
    return config != null && config.getUser() != null && config.getUser().startsWith(user);
  }

  private static JsonNode json(HttpResponse<String> response) {
    return EngineProcess.parse(response.body());
  }

  private static void tolerant(Runnable call) {
    try {
      call.run();
    } catch (DockerException e) {
      // Used or gone meanwhile: the next round sees.
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    assertTrue(
        Containers.within(PATIENCE, condition),
        () -> "it never came about: %s%n%s%n%s".formatted(what, daemon.containers(), engine.log()));
  }
}
