package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.models.Answer;
import dev.rlm.models.Asked;
import dev.rlm.models.ModelServer;
import dev.rlm.models.Script;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The two planes as two engines: one has the models' key and no daemon, the other a daemon and no key. */
@Tag("planes")
@Timeout(240)
final class PlanesTest {

  private static final String MODEL_KEY = "sk-planes-0123456789abcdefghijklmnop";
  private static final String EXECUTION_KEY = "0123456789abcdef-of-the-execution-plane";
  private static final String AUTHORIZATION = "Authorization";
  private static final String BEARER = "Bearer " + EXECUTION_KEY;
  private static final Answer NOTHING = Answer.text("FINAL(nothing)");

  private static volatile Script script = _ -> NOTHING;
  private static ModelServer models;
  private static EngineProcess execution;
  private static EngineProcess inference;

  @BeforeAll
  static void start() {
    models = ModelServer.start(asked -> script.answer(asked));
    execution = startExecution();
    inference = EngineProcess.start(inference(execution, EXECUTION_KEY));
  }

  private static EngineProcess startExecution() {
    return EngineProcess.start(
        Map.of("RLM_PLANE", "execution", "RLM_API_KEY", EXECUTION_KEY, "RLM_MAX_CONCURRENT", "1", "RLM_POOL_SIZE", "2"));
  }

  private static Map<String, String> inference(EngineProcess over, String key) {
    Map<String, String> variables = new HashMap<>();
    variables.put("RLM_PLANE", "inference");
    variables.put("RLM_EXECUTION_URL", over.address("http", "").toString());
    variables.put("RLM_EXECUTION_KEY", key);
    variables.put("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    variables.put("LLM_API_KEY", MODEL_KEY);
    variables.put("LLM_BASE_URL", models.baseUrl().toString());
    variables.put("EXECUTION_TIMEOUT", "3");
    variables.put("RLM_DIRECT_CHARACTERS", "0");
    return variables;
  }

  @AfterAll
  static void stop() {
    inference.close();
    execution.close();
    models.close();
  }

  private static Answer code(String code) {
    return Answer.text("```repl\n%s\n```".formatted(code));
  }

  private static String question(Asked asked) {
    return asked.messages().get(1).text();
  }

  private static JsonNode infer(Map<String, ?> body) {
    HttpResponse<String> response = inference.post("/infer", body);
    assertEquals(200, response.statusCode(), response.body());
    return EngineProcess.parse(response.body());
  }

  /** Returns how many of these, sessions or contexts, the execution plane has for the inference plane. */
  private static int count(String what) {
    return EngineProcess.parse(executionGet("/" + what)).path(what + "s").size();
  }

  private static String executionGet(String path) {
    return execution.get(path, AUTHORIZATION, BEARER).body();
  }

  private static void awaitNone(String what) throws InterruptedException {
    for (long end = System.nanoTime() + 60_000_000_000L; count(what) > 0; Thread.sleep(10)) {
      assertTrue(System.nanoTime() < end, () -> "no %s is left".formatted(what));
    }
  }

  @Test
  void codeRunsInTheOtherEngineAndAsksModelsByThisOne() throws InterruptedException {
    script =
        asked ->
            !asked.inLoop()
                ? Answer.text(asked.last() + "!")
                : asked.turns() == 0
                    ? code("x = [llm_query('one'), *llm_query_batched(['two', 'three'])]\nprint(x, context['a'])")
                    : code("answer = {'content': x, 'ready': True}");
    JsonNode answer = infer(Map.of("query", "q", "context", Map.of("a", 7)));
    assertEquals("[\"one!\",\"two!\",\"three!\"]", answer.path("answer").asText(), answer::toString);
    assertEquals(3, answer.path("sub_calls").asInt());
    assertTrue(models.asked().stream().anyMatch(asked -> asked.body().contains("['one!', 'two!', 'three!'] 7")), "it saw its output");
    awaitNone("session");
  }

  @Test
  void documentsAreSentOnceAndChildrenNeedNoTurnOfTheirParents() throws InterruptedException {
    String stored = inference.put("/context", "a line of text\n".repeat(200_000)).body();
    script =
        asked ->
            question(asked).contains("child")
                ? code("FINAL(context.count('line'))")
                : code("FINAL([type(context).__name__, *rlm_query_batched(['child'] * 3, [context] * 3)])");
    JsonNode answer = infer(Map.of("query", "q", "context_id", EngineProcess.parse(stored).path("context_id").asText()));
    assertEquals("[\"ContextText\",\"200000\",\"200000\",\"200000\"]", answer.path("answer").asText(), answer::toString);
    awaitNone("session");
    awaitNone("context");
  }

  @Test
  void aDocumentThatTheOtherEngineHasForgottenIsSentAgain() throws InterruptedException {
    String stored = inference.put("/context", "a line of text\n".repeat(100_000)).body();
    script =
        asked -> {
          if (question(asked).contains("child")) {
            return code("FINAL(len(context))");
          }
          EngineProcess.parse(executionGet("/context"))
              .path("contexts")
              .forEach(context -> execution.delete("/context/" + context.path("context_id").asText(), AUTHORIZATION, BEARER));
          return code("FINAL(rlm_query('child', context))");
        };
    JsonNode answer = infer(Map.of("query", "q", "context_id", EngineProcess.parse(stored).path("context_id").asText()));
    assertEquals("1500000", answer.path("answer").asText(), answer::toString);
    awaitNone("context");
  }

  @Test
  void anExecutionPlaneThatIsGoneEndsTheRunWithWhatThereIs() {
    EngineProcess gone = startExecution();
    try (EngineProcess left = EngineProcess.start(inference(gone, EXECUTION_KEY))) {
      script =
          asked -> {
            if (asked.turns() == 0) {
              return code("answer['content'] = 'so far'");
            }
            gone.kill();
            gone.awaitExit();
            return code("print(1)");
          };
      HttpResponse<String> response = left.post("/infer", Map.of("query", "q"));
      JsonNode answer = EngineProcess.parse(response.body());
      assertEquals("failed", answer.path("outcome").asText(), response::body);
      assertEquals("so far", answer.path("answer").asText(), response::body);
      assertEquals(503, left.get("/ready").statusCode());
      HttpResponse<String> next = left.post("/infer", Map.of("query", "q"));
      assertEquals(503, next.statusCode(), next.body());
      assertTrue(next.body().contains("cannot be reached"), next.body());
    }
  }

  @Test
  void waitingForModelsIsNotTheCodesTimeAndAnEndlessLoopCostsItsOwnAlone() {
    script =
        asked ->
            !asked.inLoop()
                ? new Answer.Late(Duration.ofSeconds(4), Answer.text("late"))
                : asked.turns() == 0
                    ? code("kept = llm_query('wait')\nwhile True: pass")
                    : code("FINAL(kept)");
    JsonNode answer = infer(Map.of("query", "q"));
    assertEquals("late", answer.path("answer").asText(), answer::toString);
  }

  @Test
  void aLostSandboxIsReplaced() {
    script = asked -> asked.turns() == 0 ? code("import os\nos._exit(3)") : code("FINAL('again')");
    assertEquals("again", infer(Map.of("query", "q")).path("answer").asText());
  }

  @Test
  void secretsReachNeitherTheModelNorTheCaller() {
    String secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0".repeat(2).substring(0, 36);
    int before = models.asked().size();
    script =
        asked ->
            !asked.inLoop() ? Answer.text("seen") : asked.turns() == 0 ? code("print(context)\nllm_query(context)") : code("FINAL(context)");
    JsonNode answer = infer(Map.of("query", "q", "context", "token: " + secret));
    assertFalse(answer.toString().contains(secret), answer::toString);
    assertTrue(answer.path("findings").size() > 0, answer::toString);
    assertTrue(models.asked().stream().skip(before).noneMatch(asked -> asked.body().contains(secret)), "no model saw it");
    assertFalse((execution.log() + inference.log()).contains(MODEL_KEY), "no log has the key");
  }

  @Test
  void aClientThatGoesAwayEndsTheTreeInBothEngines() throws Exception {
    CountDownLatch waiting = new CountDownLatch(3);
    script =
        asked -> {
          if (!asked.inLoop()) {
            waiting.countDown();
            return new Answer.Late(Duration.ofSeconds(100), NOTHING);
          }
          return question(asked).contains("child") ? code("llm_query('wait')") : code("rlm_query_batched(['child'] * 3)");
        };
    CompletableFuture<HttpResponse<String>> asked = inference.begin("/infer", Map.of("query", "q"));
    assertTrue(waiting.await(60, TimeUnit.SECONDS), "three children wait for a model");
    assertFalse(asked.isDone());
    assertEquals(4, count("session"));
    inference.breakOff();
    awaitNone("session"); // Long before the models answer.
  }

  @Test
  void theInferencePlaneRunsNoCodeItself() {
    HttpResponse<String> refused = inference.post("/execute", Map.of("code", "1"));
    assertEquals(503, refused.statusCode(), refused.body());
    assertTrue(refused.body().contains("this engine is the inference plane and runs no code"), refused.body());
    assertEquals(200, inference.get("/ready").statusCode());
  }

  @Test
  void theExecutionPlaneAnswersNoQuestionsAndHoldsNoKey() {
    HttpResponse<String> refused =
        execution.post("/infer", Map.of("query", "q"), AUTHORIZATION, BEARER);
    assertEquals(503, refused.statusCode(), refused.body());
    try (EngineProcess withKey = EngineProcess.launch(Map.of("RLM_PLANE", "execution", "LLM_API_KEY", MODEL_KEY))) {
      assertEquals(78, withKey.awaitExit());
      assertTrue(withKey.log().contains("unset LLM_API_KEY"), withKey.log());
      assertFalse(withKey.log().contains(MODEL_KEY), withKey.log());
    }
  }

  @Test
  void aKeyThatTheExecutionPlaneDoesNotKnowIsSaid() {
    try (EngineProcess stranger = EngineProcess.start(inference(execution, "another-key-0123456789"))) {
      HttpResponse<String> refused = stranger.post("/infer", Map.of("query", "q"));
      assertEquals(503, refused.statusCode(), refused.body());
      assertTrue(refused.body().contains("does not know this key"), refused.body());
    }
  }
}
