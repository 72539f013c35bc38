package dev.rlm.engine.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rlm.models.Answer;
import dev.rlm.models.Asked;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a loop makes of a model's replies, with real sandboxes and a real client for a scripted model. */
@Tag("docker")
@Timeout(180)
final class LoopTest {

  private static final String LOOK = "Let me look.\n```repl\nprint(len(context))\n```\n";

  private static LoopLab lab;

  @BeforeAll
  static void open() throws InterruptedException {
    lab = new LoopLab(8);
  }

  @AfterAll
  static void close() {
    lab.close();
  }

  @BeforeEach
  void blocksMayRunLong() {
    lab.blockTimeout(Duration.ofSeconds(30));
  }

  private static String code(String code) {
    return "```repl\n%s\n```".formatted(code);
  }

  /** Returns what the model was told in its turn of that number, from 1. */
  private static String told(int turn) {
    return lab.server().asked().reversed().stream()
        .filter(asked -> asked.inLoop() && asked.turns() == turn)
        .map(Asked::last)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void looksThenAnswers() throws InterruptedException {
    lab.replies(LOOK, code("FINAL(context.upper())"));
    LoopLab.Ran ran = lab.run("hello");
    assertEquals("HELLO", ran.answer());
    assertEquals(StopReason.ANSWERED, ran.result().reason());
    assertEquals(2, ran.result().totals().iterations());
    assertEquals("Output:\n5\n\nTurn 2 of 20.", told(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "```repl\nFINAL(40 + 2)\n```",
        "```python\nx = 42\nFINAL_VAR('x')\n```",
        "```python\nx = 42\nFINAL_VAR(x)\n```",
        "```repl\nanswer = {'content': 42, 'ready': True}\n```",
        "```repl\nanswer['content'] = 42\nanswer['ready'] = True\n```",
        "```repl\nSUBMIT(42)\n```",
        "```repl\nSUBMIT(answer=42)\n```",
        "FINAL(42)",
        "I know it now.\n\n**FINAL(\"42\")**",
        "SUBMIT('42')",
        "SUBMIT(answer=42)",
        "answer = {\"content\": \"42\", \"ready\": True}",
      })
  void endsInEveryWayThatModelsHaveBeenTaught(String ending) throws InterruptedException {
    lab.replies(LOOK, ending);
    LoopLab.Ran ran = lab.run("x");
    assertEquals("42", ran.answer());
    assertEquals(2, ran.result().totals().iterations());
  }

  @Test
  void namesInTextMeanVariablesWhereThereAreSuch() throws InterruptedException {
    lab.replies(code("result = [1, 2]"), "FINAL_VAR(result)");
    assertEquals("[1,2]", lab.run("x").answer());
    lab.replies(code("result = {'a': 1}"), "FINAL(result)");
    assertEquals("{\"a\":1}", lab.run("x").answer());
    lab.replies(code("result = 1"), "FINAL(yes)");
    assertEquals("yes", lab.run("x").answer());
  }

  @Test
  void unknownVariablesAreSaidWithThoseThatExist() throws InterruptedException {
    lab.replies(code("total = 1"), "FINAL_VAR(totl)", "FINAL_VAR(total)");
    assertEquals("1", lab.run("x").answer());
    assertTrue(told(2).startsWith("NameError: there is no variable 'totl': there are answer, context, total"), told(2));
  }

  @Test
  void whatJsonDoesNotHoldIsAnsweredAsText() throws InterruptedException {
    lab.replies(code("FINAL({1, })"));
    assertEquals("{1}", lab.run("x").answer());
  }

  @Test
  void anAnswerBesideCodeIsIgnoredUntilTheCodeHasBeenSeen() throws InterruptedException {
    lab.replies(LOOK + "It prints 7.\n\nFINAL(7)", "FINAL(5)");
    assertEquals("5", lab.run("hello").answer());
  }

  @Test
  void endingsInFencesAreNoEndings() throws InterruptedException {
    lab.replies("For example:\n```\nFINAL(wrong)\n```\n", "FINAL(right)");
    assertEquals("right", lab.run("x").answer());
    assertTrue(told(1).startsWith("Nothing was run"), told(1));
  }

  @Test
  void endingsInStringsAndSentencesAreNoEndings() throws InterruptedException {
    lab.replies(code("text = 'FINAL(wrong)'\nprint(text)\nprint('FINAL_VAR(text)')"), "I saw FINAL(wrong) in `FINAL(text)`.", "FINAL(right)");
    LoopLab.Ran ran = lab.run("x");
    assertEquals("right", ran.answer());
    assertEquals(3, ran.result().totals().iterations());
  }

  @Test
  void variablesAreShownWithTheirTypes() throws InterruptedException {
    lab.replies(code("import os\n_hidden = 1\nnumbers = [1]\ndef f(): pass\nFINAL(SHOW_VARS())"));
    assertEquals("{\"answer\":\"dict\",\"context\":\"str\",\"f\":\"function\",\"numbers\":\"list\"}", lab.run("x").answer());
  }

  /** Megabytes in which lines of 50 characters are odd or even but for a needle; two of their numbers have a certain sum. */
  @ParameterizedTest
  @ValueSource(ints = {1, 10})
  void tasksOverLargeContextsAreSolved(int megabytes) throws InterruptedException {
    int lines = megabytes * 1_000_000 / 50;
    int needle = lines * 2 / 3;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      String kind = i == needle ? "needle N-%d-X".formatted(megabytes) : i % 3 == 0 ? "odd" : "even";
      long number = i == 10 ? 5 : i == lines - 10 ? 1_000_000_002L : i * 2L + 1_100_000_000L;
      text.append("%-34s%015d%n".formatted(kind, number));
    }
    lab.replies(
        code("print(type(context), len(context))\nprint(context[:200])"),
        code(
            """
            at = context.find('needle')
            seen, pair = set(), None
            for line in context.splitlines() if type(context) is str else context:
                number = int(line.split()[-1])
                if 1_000_000_007 - number in seen:
                    pair = sorted((number, 1_000_000_007 - number))
                seen.add(number)
            FINAL([context[at:at + 100].split()[1], context.count('odd'), pair])"""));
    int odd = (lines + 2) / 3 - (needle % 3 == 0 ? 1 : 0);
    assertEquals(
        "[\"N-%d-X\",%d,[5,1000000002]]".formatted(megabytes, odd),
        lab.run(LoopLab.WIDE, LoopLab.request("the needle, the odd ones and the pair", lab.stored(text.toString()))).answer());
  }

  @Test
  void allBlocksRunInTheirOrder() throws InterruptedException {
    lab.replies(code("x = 1\nprint('one')") + "\nand\n```python\nx += 1\nprint('two', x)\n```", "FINAL_VAR(x)");
    assertEquals("2", lab.run("x").answer());
    assertEquals("Output of block 1:\none\n\nOutput of block 2:\ntwo 2\n\nTurn 2 of 20.", told(1));
  }

  @Test
  void noBlockRunsAfterTheAnswer() throws InterruptedException {
    lab.replies(code("FINAL(1)") + "\n" + code("FINAL(2)"));
    LoopLab.Ran ran = lab.run("x");
    assertEquals("1", ran.answer());
    assertEquals(1, ran.all(RunEvent.Code.class).size());
  }

  @Test
  void aReplyThatDoesNothingIsToldSo() throws InterruptedException {
    lab.replies("I am thinking.", "", "```repl\nprint(1)\n", code("print(2)"), "FINAL(done)");
    assertEquals("done", lab.run("x").answer());
    assertTrue(told(1).startsWith("Nothing was run: your reply has neither"), told(1));
    assertTrue(told(2).startsWith("Nothing was run: your reply has neither"), told(2));
    assertTrue(told(3).startsWith("Nothing was run of the block that is not closed"), told(3));
  }

  @Test
  void aReplyThatWasCutOffIsToldSo() throws InterruptedException {
    lab.does(
        asked ->
            asked.turns() == 0 ? new Answer.Text("```repl\nprint('begun", "length") : Answer.text("FINAL(done)"));
    assertEquals("done", lab.run("x").answer());
    assertTrue(told(1).startsWith("Your reply was cut off at its limit of tokens"), told(1));
  }

  @Test
  void theConversationOnlyGrows() throws InterruptedException {
    int before = lab.server().asked().size();
    lab.replies(LOOK, "nothing", code("print('x' * 50)"), "FINAL(1)");
    lab.run("x");
    List<Asked> asked = lab.server().asked().subList(before, lab.server().asked().size());
    for (int i = 1; i < asked.size(); i++) {
      List<Asked.Message> earlier = asked.get(i - 1).messages();
      assertEquals(earlier, asked.get(i).messages().subList(0, earlier.size()));
    }
    assertEquals(4, asked.size());
  }

  @Test
  void aLongConversationIsReducedAndItsVariablesAreKept() throws InterruptedException {
    lab.promptWindow(6_000);
    try {
      int before = lab.server().asked().size();
      lab.does(
          asked -> {
            int turn = Integer.parseInt(asked.last().replaceAll("(?s).*Turn (\\d+) of 20\\..*", "$1"));
            return Answer.text(
                turn == 1 ? code("kept = 'from turn 1'\nprint('x' * 3000)") : turn < 12 ? code("print('x' * 3000)") : "FINAL_VAR(kept)");
          });
      assertEquals("from turn 1", lab.run("hello").answer());
      List<Asked> asked = lab.server().asked().subList(before, lab.server().asked().size());
      assertEquals(12, asked.size());
      assertTrue(asked.stream().allMatch(sent -> sent.body().length() < 4 * 6_000), "what is sent fits");
      assertTrue(asked.stream().anyMatch(sent -> sent.body().contains("its older part is left out")), "it was reduced");
      assertEquals(asked.getFirst().messages(), asked.getLast().messages().subList(0, 2));
    } finally {
      lab.promptWindow(1_000_000);
    }
  }

  @Test
  void onlyBlocksThatMayHaveTouchedThemAreFollowedByTheEnginesOwnCode() throws InterruptedException {
    int before = lab.executions();
    lab.replies(code("x = 1\nprint(x)\nx"), code("d = {'ready': True}\nfor i in range(3): x += i"), code("FINAL(x)"));
    assertEquals("4", lab.run("hello").answer());
    int plain = lab.executions();
    lab.replies(code("x = 1\nprint(x)\nx"), code("def done(v):\n    answer['content'] = v\n    answer['ready'] = True"), code("done(4)"));
    assertEquals("4", lab.run("hello").answer());
    assertEquals(1 + 3, plain - before, "the prelude, and the three blocks");
    assertEquals(1 + 3 + 1, lab.executions() - plain);
  }

  @Test
  void stateIsKeptAlsoAfterAnException() throws InterruptedException {
    lab.replies(code("x = 41\nraise ValueError('no')"), code("FINAL(x + 1)"));
    assertEquals("42", lab.run("x").answer());
    assertTrue(told(1).contains("ValueError: no"), told(1));
  }

  @Test
  void anEndlessLoopCostsItsTimeoutAndNothingElse() throws InterruptedException {
    lab.blockTimeout(Duration.ofSeconds(2));
    lab.replies(code("x = 42\nwhile True: pass"), code("FINAL(x)"));
    LoopLab.Ran ran = lab.run("x");
    assertEquals("42", ran.answer());
    assertEquals("timed_out", ran.all(RunEvent.Output.class).getFirst().outcome());
    assertTrue(told(1).contains("ran longer than its limit of 2 s"), told(1));
  }

  @Test
  void waitingForModelsDoesNotCountAsTheCodesTime() throws InterruptedException {
    lab.blockTimeout(Duration.ofSeconds(2));
    lab.does(
        asked ->
            asked.inLoop()
                ? Answer.text(code("FINAL(llm_query('a') + llm_query('b'))"))
                : new Answer.Late(Duration.ofMillis(1_700), Answer.text(asked.last())));
    assertEquals("ab", lab.run("x").answer());
  }

  @Test
  void aLostSandboxIsReplacedAndSaid() throws InterruptedException {
    lab.replies(code("x = 1\nimport os\nos._exit(3)"), code("FINAL(str('x' in globals()) + context)"));
    assertEquals("Falsehello", lab.run("hello").answer());
    assertTrue(told(1).contains("The sandbox is gone"), told(1));
  }

  @Test
  void namesThatCodeTakesAwayAreBackInTheNextBlock() throws InterruptedException {
    lab.replies(
        code("llm_query = FINAL = 3\nimport builtins\ndel builtins._rlm_collect\nbuiltins.FINAL_VAR = None"),
        code("answer = 5\nFINAL(llm_query('hi'))"));
    assertEquals("echo: hi", lab.run("x").answer());
  }

  @Test
  void outputIsShownWithHeadAndTail() throws InterruptedException {
    lab.replies(code("print('a' * 8000 + 'b' * 8000)"), code("print(context[:10])"), "FINAL(1)");
    lab.run("hello");
    assertTrue(told(1).contains("aaaa\n[... 6,001 characters left out ...]\nbbbb".substring(0, 10)), told(1));
    assertTrue(told(1).contains("characters left out"), told(1));
    assertTrue(told(1).length() < 10_200, () -> told(1).length() + " characters");
  }

  @Test
  void moreThanMayBeShownIsNotShown() throws InterruptedException {
    RunLimits limits =
        new RunLimits(
            20, 200, 1, 10, 1, 1_000_000, 1_000_000, java.util.Optional.empty(), Duration.ofSeconds(60), 100, 150, 0);
    lab.replies(code("print('a' * 1000)"), code("print('b' * 1000)"), code("print('c' * 1000)"), "FINAL(1)");
    assertEquals("1", lab.run(limits, LoopLab.request("q", LoopLab.text("x"))).answer());
    assertTrue(told(2).contains("b".repeat(20)) && !told(2).contains("b".repeat(30)), told(2));
    assertTrue(told(3).contains("none of which is shown"), told(3));
  }

  @Test
  void batchesAreAskedAtTheSameTime() throws InterruptedException {
    CountDownLatch all = new CountDownLatch(64);
    lab.does(
        asked -> {
          if (asked.inLoop()) {
            return Answer.text(code("FINAL(llm_query_batched([f'p{i}' for i in range(64)]))"));
          }
          all.countDown();
          assertTrue(all.await(60, TimeUnit.SECONDS), "each waits until all are there");
          return Answer.text(asked.last() + "!");
        });
    LoopLab.Ran ran = lab.run("x");
    assertTrue(ran.answer().startsWith("[\"p0!\",\"p1!\"") && ran.answer().endsWith("\"p63!\"]"), ran.answer());
    assertEquals(64, ran.result().totals().subCalls());
  }

  @Test
  void largeBatchesTravelInPieces() throws InterruptedException {
    lab.does(
        asked ->
            asked.inLoop()
                ? Answer.text(
                    code("r = llm_query_batched([str(i) + 'x' * 250_000 for i in range(12)])\nFINAL([a.split(':')[1] for a in r])"))
                : Answer.text(asked.last().length() + ":" + asked.last().substring(0, 2).replace("x", "")));
    assertEquals("[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"]", lab.run("x").answer());
  }

  @Test
  void aPromptThatIsTooLargeSaysSo() throws InterruptedException {
    lab.replies(code("llm_query('x' * 2_000_000)"), code("FINAL(llm_query_batched(['a', 'x' * 2_000_000]))"));
    LoopLab.Ran ran = lab.run("x");
    assertTrue(told(1).contains("ValueError: the prompt has 2,000,000 characters"), told(1));
    assertTrue(ran.answer().startsWith("[\"echo: a\",\"Error: the prompt has 2,000,000 characters"), ran.answer());
  }

  @Test
  void aModelThatFailsIsAnExceptionAloneAndAnErrorInABatch() throws InterruptedException {
    lab.does(
        asked ->
            asked.inLoop()
                ? Answer.text(
                    asked.turns() == 0
                        ? code("llm_query('bad')")
                        : code("FINAL(llm_query_batched(['good', 'bad']))"))
                : asked.last().equals("bad") ? Answer.failure(400, "never") : Answer.text("fine"));
    LoopLab.Ran ran = lab.run("x");
    assertTrue(told(1).contains("RuntimeError: the model sub-model answered with status 400"), told(1));
    assertTrue(ran.answer().startsWith("[\"fine\",\"Error: the model sub-model answered with status 400"), ran.answer());
  }

  @Test
  void onlyModelsOfTheOperatorsMayBeNamed() throws InterruptedException {
    lab.does(
        asked ->
            asked.inLoop()
                ? Answer.text(
                    asked.turns() == 0
                        ? code("llm_query('hi', model='gpt-expensive')")
                        : code("FINAL(llm_query('hi', model='other-model'))"))
                : Answer.text("from " + asked.model()));
    assertEquals("from other-model", lab.run("x").answer());
    assertTrue(told(1).contains("there is no model gpt-expensive: there are root-model, sub-model, other-model"), told(1));
  }

  @Test
  void aTreeOfLoopsIsCountedAsTheProviderCountsIt() throws InterruptedException {
    long prompt = lab.server().promptTokens();
    long output = lab.server().outputTokens();
    int completions = lab.server().completions();
    lab.does(
        asked -> {
          if (!asked.inLoop()) {
            return Answer.text("leaf");
          }
          String question = asked.messages().get(1).text();
          if (asked.turns() == 0) {
            return Answer.text(LOOK);
          }
          return Answer.text(
              question.contains("level 3")
                  ? code("FINAL(llm_query('plain'))")
                  : question.contains("level 2")
                      ? code("FINAL('/'.join(rlm_query_batched(['level 3'] * 3, [context] * 3)))")
                      : code("FINAL('|'.join(rlm_query_batched(['level 2'] * 3, [context] * 3)))"));
        });
    LoopLab.Ran ran = lab.run("x".repeat(1_000));
    assertEquals("leaf/leaf/leaf|leaf/leaf/leaf|leaf/leaf/leaf", ran.answer());
    RunTotals totals = ran.result().totals();
    assertEquals(3, totals.depth());
    assertEquals(26, totals.iterations());
    assertEquals(12 + 9, totals.subCalls());
    assertEquals(13, ran.all(RunEvent.LoopStarted.class).size());
    assertEquals(13, ran.all(RunEvent.LoopEnded.class).size());
    assertEquals(lab.server().promptTokens() - prompt, totals.usage().prompt());
    assertEquals(lab.server().outputTokens() - output, totals.usage().output());
    assertEquals(
        lab.server().completions() - completions,
        totals.models().values().stream().mapToInt(RunTotals.ModelTotals::calls).sum());
    assertFalse(totals.usage().estimated());
    assertTrue(totals.cost().isPresent());
  }

  @Test
  void childrenSeeTheContextThatTheyAreGiven() throws InterruptedException {
    lab.does(
        asked -> {
          String question = asked.messages().get(1).text();
          return Answer.text(
              question.contains("how much")
                  ? code("FINAL([type(context).__name__, len(context)])")
                  : code(
                      """
                      FINAL([rlm_query('how much'), rlm_query('how much', context), rlm_query('how much', context[:700_000]),
                             rlm_query('how much', ['a', 'b']), rlm_query('how much', '\\x01' * 400_000)])"""));
        });
    LoopLab.Ran ran = lab.run(LoopLab.WIDE, LoopLab.request("q", lab.stored("0123456789 ".repeat(200_000))));
    assertEquals(
        """
        ["[\\"str\\",0]","[\\"ContextText\\",2200000]","[\\"str\\",700000]","[\\"list\\",2]","[\\"str\\",400000]"]""",
        ran.answer());
  }

  @Test
  void belowTheLowestLevelAPlainCallAnswers() throws InterruptedException {
    RunLimits flat =
        new RunLimits(
            20, 200, 1, 50, 8, 1_000_000, 1_000_000, java.util.Optional.empty(), Duration.ofSeconds(60), 1_000, 100_000, 0);
    lab.replies(code("FINAL(rlm_query('sum this', 'some text'))"));
    LoopLab.Ran ran = lab.run(flat, LoopLab.request("q", LoopLab.text("x")));
    assertEquals("echo: sum this\n\nsome text", ran.answer());
    assertEquals(1, ran.result().totals().depth());
  }

  @Test
  void childrenNeedNoTurnThatTheirParentHolds() throws InterruptedException {
    try (LoopLab narrow = new LoopLab(1)) {
      narrow.does(
          asked ->
              Answer.text(
                  asked.messages().get(1).text().contains("child")
                      ? code("FINAL(6 * 7)")
                      : code("FINAL(rlm_query('child'))")));
      assertEquals("42", narrow.run("x").answer());
    }
  }

  @Test
  void answersMustBeWhatTheSchemaSays() throws Exception {
    lab.replies("FINAL(many)", code("FINAL({'count': 'many'})"), code("FINAL({'count': 3})"));
    LoopLab.Ran ran =
        lab.run(
            LoopLab.WIDE,
            LoopLab.text("x"),
            new ObjectMapper()
                .valueToTree(
                    Map.of("type", "object", "required", List.of("count"), "properties", Map.of("count", Map.of("type", "integer")))));
    assertEquals("{\"count\":3}", ran.answer());
    assertTrue(told(1).contains("it is not JSON"), told(1));
    assertTrue(told(2).contains("/count: string found, integer expected"), told(2));
  }

  @Test
  void smallInputsGoStraightToTheModel() throws InterruptedException {
    RunLimits limits =
        new RunLimits(
            20, 200, 1, 50, 8, 1_000_000, 1_000_000, java.util.Optional.empty(), Duration.ofSeconds(60), 1_000, 100_000, 500);
    lab.does(asked -> Answer.text(asked.last().contains("small text") ? "directly" : code("FINAL('by code')")));
    LoopLab.Ran small = lab.run(limits, LoopLab.request("q", LoopLab.text("a small text")));
    assertEquals("directly", small.answer());
    assertEquals(StopReason.ANSWERED_DIRECTLY, small.result().reason());
    assertEquals(0, small.result().totals().depth());
    assertEquals("by code", lab.run(limits, LoopLab.request("q", LoopLab.text("x".repeat(600)))).answer());
    assertEquals("directly", lab.run(limits, LoopLab.request("q", lab.stored("a small text, stored"))).answer());
  }
}
