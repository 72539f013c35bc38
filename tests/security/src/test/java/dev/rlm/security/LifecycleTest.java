package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nothing of an engine stays behind, however it ends, and nothing that is not its own is touched. */
@Tag("fault")
final class LifecycleTest {

  private static final Map<String, String> WITHOUT_POOL = Map.of("RLM_POOL_SIZE", "0");
  private static final Map<String, String> WITH_POOL = Map.of("RLM_POOL_SIZE", "3");
  private static final Map<String, Object> LONG_RUN =
      Map.of("code", "import time\nwhile True: time.sleep(1)", "timeout", 120);

  @AfterEach
  void nothingIsLeft() {
    assertTrue(
        Containers.soon(() -> Containers.ofEngines().isEmpty()), () -> "left: " + Containers.ofEngines());
  }

  @Test
  void removesTheContainerAfterTheAnswer() {
    try (EngineProcess engine = EngineProcess.start(WITHOUT_POOL)) {
      engine.execute("1");

      assertTrue(Containers.soon(() -> Containers.ofEngines().isEmpty()));
    }
  }

  @Test
  void sweepsWhatAKilledEngineLeftAndLeavesTheContainersOfALivingOneAlone() {
    try (EngineProcess killed = EngineProcess.start(Map.of("RLM_DOCKER_RUNTIME", "runc", "RLM_POOL_SIZE", "0"))) {
      // A loop that the guest's own end-of-input check cannot end: only the sweep can.
      CompletableFuture<HttpResponse<String>> _ = startRun(killed, Map.of("code", "10 ** 10 ** 9", "timeout", 120), 1);
      List<String> orphans = Containers.ofEngines();
      killed.kill();
      killed.awaitExit();
      assertEquals(orphans, Containers.ofEngines(), "nobody has swept yet");
    }
    try (EngineProcess living = EngineProcess.start(WITHOUT_POOL)) {
      assertTrue(
          Containers.soon(() -> Containers.ofEngines().isEmpty()),
          () -> "left: " + Containers.ofEngines());
      CompletableFuture<HttpResponse<String>> run = startRun(living, Map.of("code", "import time\ntime.sleep(4)\n7"), 1);
      try (EngineProcess _ = EngineProcess.start(WITHOUT_POOL)) {
        JsonNode answer = EngineProcess.parse(run.join().body());
        assertEquals("completed", answer.get("outcome").textValue(), answer.toString());
      }
    }
  }

  @Test
  void endsTheGuestWhenItsEngineIsKilled() {
    try (EngineProcess killed = EngineProcess.start(WITHOUT_POOL)) {
      CompletableFuture<HttpResponse<String>> _ = startRun(killed, LONG_RUN, 1);
      String orphan = Containers.ofEngines().getFirst();
      killed.kill();
      killed.awaitExit();

      assertTrue(
          Containers.soon(() -> !Containers.isRunning(orphan)), "the guest outlives its engine");
    }
    EngineProcess.start(WITHOUT_POOL).close();
  }

  @Test
  void stopsOnSigtermWithRunsInFlight() {
    try (EngineProcess engine = EngineProcess.start(WITHOUT_POOL)) {
      CompletableFuture<HttpResponse<String>> finishing =
          startRun(engine, Map.of("code", "import time\ntime.sleep(3)\n'done'"), 1);
      CompletableFuture<HttpResponse<String>> endless = startRun(engine, LONG_RUN, 2);
      engine.terminate();

      assertEquals(0, engine.awaitExit(), engine.log());
      assertEquals("'done'", EngineProcess.parse(finishing.join().body()).get("result").textValue());
      try {
        assertFalse(EngineProcess.parse(endless.join().body()).path("success").booleanValue());
      } catch (CompletionException e) {
        // Its connection was cut: as good an answer to somebody who asked for longer than the engine lives.
        assertTrue(e.getCause() instanceof java.io.UncheckedIOException, e.toString());
      }
    }
  }

  @Test
  void leavesNothingOfItsPoolWhenItIsStopped() {
    try (EngineProcess filling = EngineProcess.start(WITH_POOL)) {
      filling.terminate(); // While sandboxes are being made.
      assertEquals(0, filling.awaitExit(), filling.log());
    }
    nothingIsLeft();
    try (EngineProcess full = EngineProcess.start(WITH_POOL)) {
      awaitFullPool(full);
      assertEquals(201, full.post("/session", Map.of()).statusCode());
      full.terminate();
      assertEquals(0, full.awaitExit(), full.log());
    }
  }

  @Test
  void sweepsThePoolAndTheSessionsOfAKilledEngine() {
    try (EngineProcess killed = EngineProcess.start(WITH_POOL)) {
      awaitFullPool(killed);
      assertEquals(201, killed.post("/session", Map.of()).statusCode());
      killed.kill();
      killed.awaitExit();
    }
    try (EngineProcess next = EngineProcess.start(WITHOUT_POOL)) {
      assertTrue(
          Containers.soon(() -> Containers.ofEngines().isEmpty()),
          () -> "left: " + Containers.ofEngines());
      assertTrue(next.execute("1").get("success").booleanValue());
    }
  }

  @Test
  void replacesSandboxesOfThePoolThatDied() {
    try (EngineProcess engine = EngineProcess.start(WITH_POOL)) {
      awaitFullPool(engine);
      List<String> dying = Containers.ofEngine(engine.engineId());
      dying.forEach(name -> Containers.daemon().killContainerCmd(name.substring(1)).exec());
      assertTrue(Containers.soon(() -> dying.stream().noneMatch(Containers::isRunning)));
      for (int i = 0; i < dying.size(); i++) {
        assertTrue(engine.execute("1").get("success").booleanValue(), "a dead sandbox was handed out");
      }
      awaitFullPool(engine);
    }
  }

  private static void awaitFullPool(EngineProcess engine) {
    assertTrue(Containers.soon(() -> EngineProcess.parse(engine.get("/ready").body()).at("/pool/idle").intValue() == 3));
  }

  /** Begins a run, and returns once it is the given number of containers that run. */
  private static CompletableFuture<HttpResponse<String>> startRun(
      EngineProcess engine, Map<String, ?> body, int containers) {
    // The container in which the engine proved its isolation is removed in the background.
    assertTrue(
        Containers.soon(() -> Containers.ofEngines().size() == containers - 1),
        () -> "containers: " + Containers.ofEngines());
    CompletableFuture<HttpResponse<String>> answer = engine.begin("/execute", body);
    assertTrue(
        Containers.soon(
            () ->
                Containers.ofEngines().size() == containers
                    && Containers.ofEngines().stream().allMatch(Containers::isRunning)),
        () -> "containers: " + Containers.ofEngines());
    return answer;
  }
}
