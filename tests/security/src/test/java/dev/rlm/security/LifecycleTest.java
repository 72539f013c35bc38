package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.time.Duration;
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

  private static final Duration FIVE_SECONDS = Duration.ofSeconds(5);
  private static final Map<String, Object> LONG_RUN =
      Map.of("code", "import time\nwhile True: time.sleep(1)", "timeout", 120);

  @AfterEach
  void nothingIsLeft() {
    assertTrue(
        Containers.within(FIVE_SECONDS, () -> Containers.ofEngines().isEmpty()), () -> "left: " + Containers.ofEngines());
  }

  @Test
  void removesTheContainerAfterTheAnswer() {
    try (EngineProcess engine = EngineProcess.start(Map.of())) {
      engine.execute("1");

      assertTrue(Containers.within(FIVE_SECONDS, () -> Containers.ofEngines().isEmpty()));
    }
  }

  @Test
  void sweepsWhatAKilledEngineLeftAndLeavesTheContainersOfALivingOneAlone() {
    try (EngineProcess killed = EngineProcess.start(Map.of("RLM_DOCKER_RUNTIME", "runc"))) {
      // A loop that the guest's own end-of-input check cannot end: only the sweep can.
      CompletableFuture<HttpResponse<String>> _ = startRun(killed, Map.of("code", "10 ** 10 ** 9", "timeout", 120), 1);
      List<String> orphans = Containers.ofEngines();
      killed.kill();
      killed.awaitExit();
      assertEquals(orphans, Containers.ofEngines(), "nobody has swept yet");
    }
    try (EngineProcess living = EngineProcess.start(Map.of())) {
      assertTrue(
          Containers.within(Duration.ofSeconds(15), () -> Containers.ofEngines().isEmpty()),
          () -> "left: " + Containers.ofEngines());
      CompletableFuture<HttpResponse<String>> run = startRun(living, Map.of("code", "import time\ntime.sleep(4)\n7"), 1);
      try (EngineProcess _ = EngineProcess.start(Map.of())) {
        JsonNode answer = EngineProcess.parse(run.join().body());
        assertEquals("completed", answer.get("outcome").textValue(), answer.toString());
      }
    }
  }

  @Test
  void endsTheGuestWhenItsEngineIsKilled() {
    try (EngineProcess killed = EngineProcess.start(Map.of())) {
      CompletableFuture<HttpResponse<String>> _ = startRun(killed, LONG_RUN, 1);
      String orphan = Containers.ofEngines().getFirst();
      killed.kill();
      killed.awaitExit();

      assertTrue(
          Containers.within(Duration.ofSeconds(15), () -> !Containers.isRunning(orphan)), "the guest outlives its engine");
    }
    EngineProcess.start(Map.of()).close();
  }

  @Test
  void stopsOnSigtermWithRunsInFlight() {
    try (EngineProcess engine = EngineProcess.start(Map.of())) {
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

  /** Begins a run, and returns once it is the given number of containers that run. */
  private static CompletableFuture<HttpResponse<String>> startRun(
      EngineProcess engine, Map<String, ?> body, int containers) {
    // The container in which the engine proved its isolation is removed in the background.
    assertTrue(
        Containers.within(Duration.ofSeconds(20), () -> Containers.ofEngines().size() == containers - 1),
        () -> "containers: " + Containers.ofEngines());
    CompletableFuture<HttpResponse<String>> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                answer.complete(engine.post("/execute", body));
              } catch (RuntimeException e) {
                answer.completeExceptionally(e);
              }
            });
    assertTrue(
        Containers.within(
            Duration.ofSeconds(20),
            () ->
                Containers.ofEngines().size() == containers
                    && Containers.ofEngines().stream().allMatch(Containers::isRunning)),
        () -> "containers: " + Containers.ofEngines());
    return answer;
  }
}
