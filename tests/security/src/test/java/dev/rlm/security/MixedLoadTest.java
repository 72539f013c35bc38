package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Many requests, eight at a time, of every kind of outcome: each answer is right, and nothing grows. The daemon is one of the
 * test's own, so that everything it holds can be counted.
 */
@BesideOthers
@ResourceLock(PrivateDaemon.ONE_AT_A_TIME)
final class MixedLoadTest {

  private static final int AT_A_TIME = 8;

  /** What is made once, and kept, is made by then: threads, connections, compiled code. */
  private static final int WARM_UP = 40;

  /** A kind of request, and the outcome it must have. */
  private record Kind(String outcome, String code, double timeout) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind("completed", "print('Hello')\nx = %d", 60),
          new Kind("raised", "x = %d\nraise ValueError(x)", 60),
          new Kind("timed_out", "x = %d\nwhile True: pass", 0.5),
          new Kind("out_of_memory", "x = %d\ny = 'a' * 10**9", 60),
          new Kind("output_limit", "x = %d\nwhile True: print('y' * 100000)", 60),
          new Kind(
              "process_limit",
              "x = %d\nimport threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
              60),
          new Kind("exited", "x = %d\nimport os; os._exit(3)", 60),
          new Kind("exited", "x = %d\nimport sys; sys.exit(4)", 60),
          new Kind("completed", "x = %d", 60),
          new Kind("completed", "import json, math\nx = %d\nprint(json.dumps([math.pi] * 100))", 60));

  @Test
  @Tag("load")
  void answersEachRequestRightAndLeaksNothing() throws InterruptedException, ExecutionException {
    runFlat(200, 200);
  }

  @Test
  @Tag("soak")
  void staysFlatOverFiveThousandRequests() throws InterruptedException, ExecutionException {
    runFlat(5_000, 250);
  }

  /** Runs so many requests, and looks after each round whether anything has grown since the start. */
  private static void runFlat(int requests, int round) throws InterruptedException, ExecutionException {
    Map<String, String> variables =
        Map.of("RLM_QUEUE_TIMEOUT", "300", "RLM_OUTPUT_LIMIT", "4m", "RLM_POOL_SIZE", "0", "RLM_DOCKER_RUNTIME", "runsc");
    try (PrivateDaemon daemon = PrivateDaemon.start();
        EngineProcess engine = EngineProcess.start(daemon.forEngine(variables))) {
      run(engine, WARM_UP);
      Containers.within(java.time.Duration.ofSeconds(60), () -> daemon.containers().isEmpty());
      Footprint before = Footprint.of(engine, daemon);
      System.err.println("before: " + before);
      for (int done = round; done <= requests; done += round) {
        run(engine, round);
        System.err.println("after %d: %s".formatted(done, before.assertNotOutgrown(engine, daemon)));
      }
    }
  }

  private static void run(EngineProcess engine, int requests) throws InterruptedException, ExecutionException {
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_A_TIME)) {
      List<Future<JsonNode>> answers = new ArrayList<>();
      for (int n = 0; n < requests; n++) {
        Kind kind = KINDS.get(n % KINDS.size());
        String code = kind.code().formatted(n);
        answers.add(pool.submit(() -> engine.execute(Map.of("code", code, "timeout", kind.timeout()))));
      }
      for (int n = 0; n < requests; n++) {
        JsonNode answer = answers.get(n).get();
        Kind kind = KINDS.get(n % KINDS.size());
        assertEquals(kind.outcome(), answer.get("outcome").textValue(), () -> kind.code() + ": " + answer);
        assertEquals("runsc", answer.at("/isolation/runtime").textValue());
        if (answer.get("success").booleanValue()) {
          assertEquals(n, answer.at("/locals/x").intValue(), "somebody else's answer");
        }
      }
    }
  }
}
