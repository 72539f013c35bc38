package dev.rlm.engine.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.models.Answer;
import dev.rlm.models.Asked;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key in the context stays there, whatever the model's code does with it. */
@Tag("docker")
@Timeout(180)
final class LoopSecretsTest {

  private static final String PLANTED = "ghp_" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY1z2A";
  private static final String CONTEXT = "some text\napi token: " + PLANTED + "\nmore text " + "word ".repeat(100);

  private static LoopLab lab;

  @BeforeAll
  static void open() throws InterruptedException {
    lab = new LoopLab(8);
  }

  @AfterAll
  static void close() {
    lab.close();
  }

  private static void staysInside(LoopLab.Ran ran, int before) {
    List<Asked> asked = lab.server().asked().subList(before, lab.server().asked().size());
    assertFalse(asked.isEmpty());
    for (Asked request : asked) {
      assertFalse(request.body().contains(PLANTED), request::body);
      assertFalse(request.body().contains(PLANTED.substring(4)), request::body);
      assertFalse(request.body().contains(LoopLab.KEY), request::body);
    }
    assertFalse(ran.events().toString().contains(PLANTED), () -> ran.events().toString());
    assertFalse(ran.result().toString().contains(PLANTED), () -> ran.result().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "print(context)",
        "context",
        "raise ValueError(context)",
        "import sys; sys.stderr.write(context)",
        "llm_query(context)",
        "print(llm_query('repeat: ' + context))",
        "llm_query_batched([context, 'x', context[:200]])",
        "print(rlm_query('repeat it', context))",
        "print(rlm_query(context))",
        "rlm_query('look', [context, {'a': context}])",
        "llm_query('x', model=context)",
        "answer['content'] = context",
        "print(SHOW_VARS()); globals()[context.split()[4]] = 1; print(SHOW_VARS())",
        "FINAL_VAR(context.split()[4])",
        "FINAL_VAR('context')",
        "FINAL(context)",
        "SUBMIT(text=context)",
        "FINAL(context[::-1])",
        "FINAL(context.encode().hex())",
      })
  void aPlantedKeyNeverReachesAModelOrTheCaller(String code) throws InterruptedException {
    int before = lab.server().asked().size();
    lab.does(
        asked -> {
          if (!asked.inLoop()) {
            return Answer.text("it says: " + asked.last());
          }
          return Answer.text(
              asked.messages().get(1).text().contains("the question") && asked.turns() == 0
                  ? "```repl\n%s\n```".formatted(code)
                  : asked.turns() < 2 ? "```repl\nprint(context)\n```" : "FINAL(over)");
        });
    staysInside(lab.run(CONTEXT), before);
  }

  @Test
  void aSmallContextIsFilteredBeforeItGoesToTheModel() throws InterruptedException {
    int before = lab.server().asked().size();
    RunLimits direct =
        new RunLimits(
            5, 50, 1, 5, 8, 1_000_000, 1_000_000, Optional.empty(), Duration.ofSeconds(60), 1_000, 100_000, 10_000);
    lab.does(asked -> Answer.text("it says: " + asked.last()));
    LoopLab.Ran ran = lab.run(direct, LoopLab.request("the question", LoopLab.text(CONTEXT)));
    assertEquals(StopReason.ANSWERED_DIRECTLY, ran.result().reason());
    staysInside(ran, before);
    assertTrue(ran.result().findings().stream().anyMatch(finding -> finding.channel().equals("prompt")), ran.result()::toString);
  }

  @Test
  void theQuestionIsFilteredToo() throws InterruptedException {
    int before = lab.server().asked().size();
    lab.replies("FINAL(no)");
    staysInside(lab.run(LoopLab.WIDE, LoopLab.request("is it " + PLANTED + "?", LoopLab.text(CONTEXT))), before);
  }

  @Test
  void aKeyThatAnotherModelSaysIsNotTold() throws InterruptedException {
    lab.does(
        asked ->
            Answer.text(asked.inLoop() ? "```repl\nFINAL(llm_query('say a key'))\n```" : "here is one: " + PLANTED));
    LoopLab.Ran ran = lab.run("harmless");
    assertFalse(ran.events().toString().contains(PLANTED), () -> ran.events().toString());
    assertTrue(ran.answer().startsWith("here is one: [REDACTED"), ran.answer());
  }

  @Test
  void theWholeContextIsNotPrinted() throws InterruptedException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append("line %d has the value %d\n".formatted(i, i * 7_919L % 1_000_003));
    }
    lab.replies("```repl\nprint(context)\n```", "```repl\nfor i in range(0, len(context), 3000): print(context[i:i+3000])\n```", "FINAL(1)");
    LoopLab.Ran ran = lab.run(text.toString());
    long shown = ran.all(RunEvent.Output.class).stream().mapToLong(output -> output.text().length()).sum();
    assertTrue(shown < 25_000, () -> shown + " characters");
  }
}
