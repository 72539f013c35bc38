package dev.rlm.engine.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Eventually;
import dev.rlm.models.Answer;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What stops a loop, with real sandboxes and a real client for a scripted model that may be hostile. */
@Tag("docker")
@Timeout(180)
final class LoopLimitsTest {

  private static LoopLab lab;

  @BeforeAll
  static void open() throws InterruptedException {
    lab = new LoopLab(8);
  }

  @AfterAll
  static void close() {
    lab.close();
  }

  private static String code(String code) {
    return "```repl\n%s\n```".formatted(code);
  }

  private static LoopLab.Ran run(RunLimits limits) throws InterruptedException {
    return lab.run(limits, LoopLab.request("the question", LoopLab.text("x")));
  }

  private static RunLimits limits(int iterations, int subCalls, long prompt, long output, Duration time) {
    return new RunLimits(
        iterations, 200, 3, subCalls, 64, prompt, output, Optional.empty(), time, 10_000, 1_000_000, 0);
  }

  private static final Duration LONG = Duration.ofMinutes(2);
  private static final long MUCH = 50_000_000;

  @Test
  void stopsAfterItsTurnsWithTheBestAnswerSoFar() throws InterruptedException {
    lab.replies(code("answer['content'] = 'half'"), "nothing", "nothing");
    LoopLab.Ran ran = run(limits(3, 10, MUCH, MUCH, LONG));
    assertEquals("half", ran.answer());
    assertEquals(StopReason.ITERATIONS, ran.result().reason());
    assertEquals(RunOutcome.STOPPED, ran.result().outcome());
    assertEquals(3, ran.result().totals().iterations());
    assertTrue(lab.server().asked().getLast().last().contains("Turn 3 of 3, your last"), lab.server().asked().getLast().last());
  }

  @Test
  void withoutADraftTheLastWordsAreTheBestAnswer() throws InterruptedException {
    lab.replies("It is probably 7.");
    assertEquals("It is probably 7.", run(limits(2, 10, MUCH, MUCH, LONG)).answer());
  }

  @Test
  void allLoopsTogetherHaveSoManyTurns() throws InterruptedException {
    lab.does(
        asked ->
            Answer.text(
                asked.messages().get(1).text().contains("child") ? "nothing" : code("answer['content'] = rlm_query('child')")));
    RunLimits limits =
        new RunLimits(50, 7, 2, 100, 8, MUCH, MUCH, Optional.empty(), LONG, 1_000, 100_000, 0);
    LoopLab.Ran ran = run(limits);
    assertEquals(StopReason.ITERATIONS, ran.result().reason());
    assertEquals(7, ran.result().totals().iterations());
    assertTrue(ran.result().detail().contains("all loops together had 7 turns"), ran.result().detail());
  }

  @Test
  void aBatchBeyondTheBudgetIsRefusedAsAWhole() throws InterruptedException {
    int before = lab.server().completions();
    lab.replies(
        code("llm_query_batched(['p'] * 10_000)"),
        code("for i in range(10_000):\n    answer['content'] = llm_query(str(i))"),
        code("FINAL(answer['content'])"));
    LoopLab.Ran ran = run(limits(20, 7, MUCH, MUCH, LONG));
    assertEquals("echo: 6", ran.answer());
    assertEquals(7, ran.result().totals().subCalls());
    assertEquals(before + 3 + 7, lab.server().completions());
  }

  @Test
  void tokensThatModelsSendBackAreABudget() throws InterruptedException {
    lab.does(asked -> Answer.text(code("answer['content'] = 'turn %d' # %s".formatted(asked.turns(), "x".repeat(400)))));
    LoopLab.Ran ran = run(limits(20, 7, MUCH, 500, LONG));
    assertEquals(StopReason.OUTPUT_TOKENS, ran.result().reason());
    assertTrue(ran.answer().startsWith("turn "), ran.answer());
    assertTrue(lab.server().asked().getLast().maxTokens() < 500, "the last call may take what is left");
  }

  @Test
  void tokensThatAreSentAreABudget() throws InterruptedException {
    lab.replies(code("answer['content'] = 'so far'\nprint('word ' * 1000)"));
    LoopLab.Ran ran = run(limits(20, 7, 6_000, MUCH, LONG));
    assertEquals(StopReason.PROMPT_TOKENS, ran.result().reason());
    assertEquals("so far", ran.answer());
    assertTrue(ran.result().totals().usage().prompt() <= 6_000, ran.result().totals()::toString);
  }

  @Test
  void moneyIsABudget() throws InterruptedException {
    lab.does(asked -> Answer.text(code("answer['content'] = 'paid' # " + "x".repeat(3_900))));
    RunLimits limits =
        new RunLimits(
            50, 200, 1, 10, 8, MUCH, MUCH, Optional.of(new BigDecimal("0.05")), LONG, 1_000, 100_000, 0);
    LoopLab.Ran ran = run(limits);
    assertEquals(StopReason.COST, ran.result().reason());
    assertEquals("paid", ran.answer());
    BigDecimal cost = ran.result().totals().cost().orElseThrow();
    assertTrue(cost.compareTo(new BigDecimal("0.03")) > 0 && cost.compareTo(new BigDecimal("0.05")) <= 0, cost::toString);
  }

  @Test
  void limitedMoneyNeedsPricesThatAreKnown() {
    RunLimits limits =
        new RunLimits(50, 200, 1, 10, 8, MUCH, MUCH, Optional.of(BigDecimal.ONE), LONG, 1_000, 100_000, 0);
    InferenceRequest request =
        new InferenceRequest(
            LoopLab.OWNER,
            "q",
            Optional.empty(),
            Optional.of(LoopLab.OTHER_MODEL),
            RequestedLimits.NONE,
            Optional.empty());
    InferenceException refused =
        assertThrows(
            InferenceException.class, () -> lab.inference(limits, RunRecorder.NONE).run(request, RunListener.NONE));
    assertTrue(refused.getMessage().contains("LLM_PRICES"), refused.getMessage());
  }

  @Test
  void timeStopsCodeModelsAndChildren() throws InterruptedException {
    lab.replies(code("answer['content'] = 'early'"), code("while True: pass"));
    LoopLab.Ran inCode = run(limits(20, 7, MUCH, MUCH, Duration.ofSeconds(3)));
    assertEquals(StopReason.TIME, inCode.result().reason());
    assertEquals("early", inCode.answer());
    lab.does(asked -> new Answer.Late(Duration.ofSeconds(100), Answer.text("FINAL(late)")));
    assertEquals(StopReason.TIME, run(limits(20, 7, MUCH, MUCH, Duration.ofSeconds(2))).result().reason());
    lab.does(
        asked ->
            Answer.text(
                asked.messages().get(1).text().contains("child") ? code("while True: pass") : code("rlm_query('child')")));
    LoopLab.Ran inChild = run(limits(20, 7, MUCH, MUCH, Duration.ofSeconds(4)));
    assertEquals(StopReason.TIME, inChild.result().reason());
    assertEquals(inChild.all(RunEvent.LoopStarted.class).size(), inChild.all(RunEvent.LoopEnded.class).size());
  }

  @Test
  void aModelThatFailsForGoodEndsTheRunWithItsReason() throws InterruptedException {
    lab.does(asked -> asked.turns() == 0 ? Answer.text(code("answer['content'] = 'first'")) : Answer.failure(401, "no such key"));
    LoopLab.Ran ran = run(LoopLab.WIDE);
    assertEquals(StopReason.MODEL_FAILED, ran.result().reason());
    assertEquals(RunOutcome.FAILED, ran.result().outcome());
    assertEquals("first", ran.answer());
    assertTrue(ran.result().detail().contains("no such key"), ran.result().detail());
  }

  @Test
  void retriesAreMadeAndCounted() throws InterruptedException {
    AtomicReference<String> failed = new AtomicReference<>("");
    lab.does(
        asked -> {
          if (asked.turns() == 1 && failed.getAndSet(asked.last()).isEmpty()) {
            return new Answer.Raw(429, Map.of("Retry-After", "0.1"), "{\"error\":{\"message\":\"slow down\"}}");
          }
          return Answer.text(asked.turns() == 0 ? code("print(1)") : "FINAL(1)");
        });
    LoopLab.Ran ran = run(LoopLab.WIDE);
    assertEquals("1", ran.answer());
    assertEquals(1, java.util.Objects.requireNonNull(ran.result().totals().models().get(LoopLab.MODEL)).retries());
    assertEquals(List.of(0, 1), ran.all(RunEvent.Turn.class).stream().map(RunEvent.Turn::retries).toList());
  }

  @Test
  void anInterruptEndsTheWholeTree() throws Exception {
    CountDownLatch deep = new CountDownLatch(3);
    lab.does(
        asked -> {
          if (!asked.inLoop()) {
            deep.countDown();
            return new Answer.Late(Duration.ofSeconds(100), Answer.text("late"));
          }
          return Answer.text(
              asked.messages().get(1).text().contains("child")
                  ? code("llm_query('wait')\nwhile True: pass")
                  : code("rlm_query_batched(['child'] * 3)"));
        });
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    run(LoopLab.WIDE);
                  } catch (InterruptedException e) {
                    thrown.set(e);
                  }
                });
    assertTrue(deep.await(60, TimeUnit.SECONDS));
    caller.interrupt();
    assertTrue(caller.join(Duration.ofSeconds(30)));
    assertTrue(thrown.get() instanceof InterruptedException, () -> String.valueOf(thrown.get()));
    assertEquals(0, lab.sessions().count());
    Eventually.holds("all sandboxes are given back", () -> lab.pool().figures().leased() == 0);
  }

  @Test
  void aListenerThatThrowsEndsTheRun() {
    lab.replies(code("while True: pass"));
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                lab.inference(LoopLab.WIDE, RunRecorder.NONE)
                    .run(
                        LoopLab.request("q", LoopLab.text("x")),
                        event -> {
                          if (event instanceof RunEvent.Code) {
                            throw new IllegalStateException("gone");
                          }
                        }));
    assertEquals("gone", thrown.getMessage());
    assertEquals(0, lab.sessions().count());
  }

  @Test
  void stoppingTheEngineEndsItsRuns() throws InterruptedException {
    RecursiveInference inference = lab.inference(LoopLab.WIDE, RunRecorder.NONE);
    CountDownLatch running = new CountDownLatch(1);
    lab.replies(code("while True: pass"));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    inference.run(
                        LoopLab.request("q", LoopLab.text("x")),
                        event -> {
                          if (event instanceof RunEvent.Code) {
                            running.countDown();
                          }
                        });
                  } catch (InterruptedException | RuntimeException e) {
                    thrown.set(e);
                  }
                });
    assertTrue(running.await(60, TimeUnit.SECONDS));
    inference.close();
    assertTrue(caller.join(Duration.ofSeconds(30)));
    assertTrue(thrown.get() instanceof InterruptedException, () -> String.valueOf(thrown.get()));
    InferenceException refused =
        assertThrows(
            InferenceException.class, () -> inference.run(LoopLab.request("q", LoopLab.text("x")), RunListener.NONE));
    assertEquals(InferenceException.Reason.STOPPING, refused.reason());
  }
}
