package dev.rlm.security;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.models.Answer;
import dev.rlm.models.Asked;
import dev.rlm.models.ModelServer;
import dev.rlm.models.Script;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What hostile code, clients and providers can do by the calls to models: what the provider saw is the proof. */
@Tag("security")
@Tag("models")
@Timeout(240)
final class ModelAbuseTest {

  private static final String KEY = "sk-abuse-0123456789abcdefghijklmnop";
  private static final int SUB_CALLS = 20;
  private static final int DEPTH = 2;
  private static final int OUTPUT_TOKENS = 1_000;
  private static final int RUNS = 2;

  private static volatile Script script = _ -> Answer.text("FINAL(nothing)");
  private static ModelServer models;
  private static EngineProcess engine;

  @BeforeAll
  static void start() {
    models = ModelServer.start(asked -> script.answer(asked));
    engine =
        EngineProcess.start(
            Map.ofEntries(
                entry("LLM_API_KEY", KEY),
                entry("LLM_BASE_URL", models.baseUrl().toString()),
                entry("LLM_MODEL", "large"),
                entry("LLM_RECURSIVE_MODEL", "small"),
                entry("LLM_TIMEOUT", "1"),
                entry("LLM_ATTEMPTS", "1"),
                entry("LLM_MAX_OUTPUT_TOKENS", Integer.toString(OUTPUT_TOKENS)),
                entry("RLM_DIRECT_CHARACTERS", "0"),
                entry("RLM_MAX_SUB_CALLS", Integer.toString(SUB_CALLS)),
                entry("RLM_MAX_RUNS", Integer.toString(RUNS)),
                entry("MAX_DEPTH", Integer.toString(DEPTH))));
  }

  @AfterAll
  static void stop() {
    engine.close();
    models.close();
  }

  private static Answer code(String code) {
    return Answer.text("```repl\n%s\n```".formatted(code));
  }

  /** Has the loop's model run this code once, which ends with an answer; sub-calls are answered by {@code sub}. */
  private static JsonNode answerOf(String code, Answer sub) {
    script = asked -> asked.inLoop() ? code(code) : sub;
    return infer(Map.of("query", "q"));
  }

  private static JsonNode infer(Map<String, ?> body) {
    HttpResponse<String> response = engine.post("/infer", body);
    assertEquals(200, response.statusCode(), response.body());
    return EngineProcess.parse(response.body());
  }

  private static long plainQuestions() {
    return models.asked().stream().filter(asked -> !asked.inLoop()).count();
  }

  /** What the code was told where its call failed. */
  private static String failureOf(String call, Answer sub) {
    return answerOf(
            "try:\n    FINAL('answered: ' + str(%s)[:100])\nexcept Exception as e:\n    FINAL(f'{type(e).__name__}: {e}')".formatted(call),
            sub)
        .path("answer")
        .asText();
  }

  @Test
  void callsWithoutEndStopAtTheBudget() {
    long before = plainQuestions();
    JsonNode answer =
        answerOf(
            """
            told = []
            try:
                llm_query_batched(['p'] * 10_000)
            except RuntimeError as e:
                told.append(str(e))
            made = 0
            try:
                for i in range(100_000):
                    llm_query('p')
                    made += 1
            except RuntimeError as e:
                told.append(str(e))
            FINAL([made, *told])
            """,
            Answer.text("x"));
    JsonNode told = EngineProcess.parse(answer.path("answer").asText());
    assertEquals(SUB_CALLS, told.path(0).asInt(), answer::toString);
    assertTrue(told.path(1).asText().contains("none was made"), answer::toString);
    assertTrue(told.path(2).asText().contains("none was made"), answer::toString);
    assertEquals(before + SUB_CALLS, plainQuestions());
    assertEquals(SUB_CALLS, answer.path("sub_calls").asInt());
  }

  @Test
  void recursionStopsAtTheGreatestDepth() {
    script = asked -> asked.inLoop() ? code("FINAL('down ' + rlm_query('deeper'))") : Answer.text("the ground");
    JsonNode answer = infer(Map.of("query", "q"));
    assertEquals("down down the ground", answer.path("answer").asText(), answer::toString);
    assertEquals(DEPTH, answer.path("depth").asInt(), answer::toString);
    HttpResponse<String> deeper = engine.post("/infer", Map.of("query", "q", "max_depth", 50));
    assertTrue(
        deeper.statusCode() == 400 || EngineProcess.parse(deeper.body()).path("depth").asInt() == DEPTH, deeper.body());
  }

  @Test
  void promptsThatAreTooLongAreNotSent() {
    long before = plainQuestions();
    String told = failureOf("llm_query('x' * 50_000_000)", Answer.text("x"));
    assertTrue(told.startsWith("ValueError: the prompt has 50,000,000 characters"), told);
    assertEquals(before, plainQuestions());
  }

  @Test
  void answersAreBoundedWhateverIsAskedFor() {
    answerOf("FINAL(llm_query('p'))", Answer.text("x"));
    HttpResponse<String> more = engine.post("/infer", Map.of("query", "q", "limits", Map.of("max_output_tokens", 1_000_000_000)));
    assertTrue(more.statusCode() == 200 || more.statusCode() == 400, more.body());
    models.asked().forEach(asked -> assertTrue(asked.maxTokens() > 0 && asked.maxTokens() <= OUTPUT_TOKENS, asked.body()));
  }

  @Test
  void aFloodOfRunsIsRefusedWithATimeToComeBack() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    script =
        _ -> {
          go.await();
          return code("FINAL('done')");
        };
    List<CompletableFuture<HttpResponse<String>>> flood = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      flood.add(CompletableFuture.supplyAsync(() -> engine.post("/infer", Map.of("query", "q")), Thread::startVirtualThread));
    }
    CompletableFuture.anyOf(flood.toArray(CompletableFuture[]::new)).get();
    for (long end = System.nanoTime() + 30_000_000_000L; flood.stream().filter(CompletableFuture::isDone).count() < 20 - RUNS; Thread.sleep(5)) {
      assertTrue(System.nanoTime() < end, "those for whom there is no place are not refused");
    }
    go.countDown();
    int answered = 0;
    for (CompletableFuture<HttpResponse<String>> one : flood) {
      HttpResponse<String> response = one.get();
      if (response.statusCode() == 200) {
        answered++;
      } else {
        assertEquals(429, response.statusCode(), response.body());
        assertTrue(response.headers().firstValue("Retry-After").isPresent(), response::toString);
      }
    }
    assertEquals(RUNS, answered);
  }

  @Test
  void nobodyChoosesAModelAServerOrAHeaderThatTheOperatorDidNot() {
    String told = failureOf("llm_query('p', model='gpt-expensive')", Answer.text("x"));
    assertTrue(told.startsWith("ValueError: there is no model gpt-expensive: there are "), told);
    assertEquals(400, engine.post("/infer", Map.of("query", "q", "model", "gpt-expensive")).statusCode());
    for (String field : List.of("base_url", "api_base", "headers", "extra_headers", "api_key")) {
      assertEquals(400, engine.post("/infer", Map.of("query", "q", field, "http://127.0.0.1:1/")).statusCode(), field);
    }
    for (Asked asked : models.asked()) {
      assertTrue(List.of("large", "small").contains(asked.model()), asked::body);
      assertEquals("Bearer " + KEY, asked.authorization());
    }
  }

  @Test
  void aRedirectOfTheProvidersIsNotFollowed() {
    try (ModelServer other = ModelServer.start(_ -> Answer.text("stolen"))) {
      String told =
          failureOf(
              "llm_query('p')",
              new Answer.Raw(307, Map.of("Location", other.baseUrl() + "/chat/completions"), ""));
      assertTrue(told.startsWith("RuntimeError: the model small answered with status 307"), told);
      assertEquals(List.of(), other.asked());
    }
  }

  @Test
  void aProviderThatNeverEndsSaysNothingOrTalksNonsenseIsAnErrorForTheCode() throws InterruptedException {
    int broken = models.brokenOff();
    String endless = failureOf("llm_query('p')", new Answer.Endless());
    assertEquals("RuntimeError: the model small answered with more bytes than an answer may have", endless);
    for (long end = System.nanoTime() + 30_000_000_000L; models.brokenOff() == broken; Thread.sleep(5)) {
      assertTrue(System.nanoTime() < end, "it still reads");
    }
    String silent = failureOf("llm_query('p')", new Answer.Late(Duration.ofMinutes(5), Answer.text("late")));
    assertTrue(silent.startsWith("RuntimeError: the model small did not answer in "), silent);
    for (String nonsense : List.of("nonsense", "{}", "[[[[", "{\"choices\":[]}")) {
      String told = failureOf("llm_query('p')", new Answer.Raw(200, Map.of(), nonsense));
      assertTrue(told.startsWith("RuntimeError: the model small answered with"), told);
    }
    assertEquals("answered: fine", failureOf("llm_query('p')", Answer.text("fine")));
  }
}
