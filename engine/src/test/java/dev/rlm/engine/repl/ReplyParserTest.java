package dev.rlm.engine.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.repl.Reply.TextEnding;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReplyParserTest {

  private static void literal(String expected, String text) {
    assertEquals(Optional.of(new TextEnding.Literal(expected)), ReplyParser.parse(text).ending(), text);
  }

  private static void none(String text) {
    assertEquals(Optional.empty(), ReplyParser.parse(text).ending(), text);
  }

  @Test
  void findsAllBlocksOfCodeInOrder() {
    Reply reply =
        ReplyParser.parse("a\n```repl\nx = 1\n\ny\n```\nb\n```Python\nz\n```\nc\n````repl\n```\nnested\n```\n````\n```\nno\n```\n");
    assertEquals(List.of("x = 1\n\ny\n", "z\n", "```\nnested\n```\n"), reply.blocks());
    assertEquals("a\nb\nc", reply.prose());
    assertFalse(reply.unclosed());
  }

  @ParameterizedTest
  @ValueSource(strings = {"```json\n{}\n```", "```\nprint(1)\n```", "```bash\nls\n```", "``repl\nx\n``", "text ```repl\nx"})
  void otherFencesAreNoCode(String text) {
    assertEquals(List.of(), ReplyParser.parse(text).blocks());
    assertFalse(ReplyParser.parse(text).unclosed());
  }

  @Test
  void aFenceThatIsNotClosedIsNoBlock() {
    Reply reply = ReplyParser.parse("```repl\na\n```\n```python\nb\n");
    assertEquals(List.of("a\n"), reply.blocks());
    assertTrue(reply.unclosed());
    none("```repl\nFINAL(1)\n");
  }

  @Test
  void carriageReturnsAreNoPartOfFences() {
    assertEquals(List.of("x\n"), ReplyParser.parse("```repl\r\nx\r\n```\r\n").blocks());
  }

  @Test
  void balancesParentheses() {
    literal("the mean (2019) is 4", "FINAL(the mean (2019) is 4)");
    literal("f(x) ok", "FINAL(f(x) ok) and more");
    literal("it's (really) 4", "  FINAL( it's (really) 4 )");
    literal("a ) b", "FINAL('a ) b')");
    literal("a \"quoted\" ) b", "FINAL(\"a \\\"quoted\\\" ) b\")");
    literal("two\nlines )", "FINAL(\"\"\"two\nlines )\"\"\")");
    literal("first\nsecond", "FINAL(first\nsecond)\nafter");
  }

  @Test
  void withoutABalanceTheLastParenthesisAtALineEndCloses() {
    literal("smile :( today", "FINAL(smile :( today)\nbye");
  }

  @Test
  void whatIsNotClosedIsNoEnding() {
    none("FINAL(cut off here");
    none("FINAL");
    none("FINAL_VAR(");
  }

  @Test
  void endingsBeginALine() {
    none("I will say FINAL(7) later");
    literal("7", "> FINAL(7)");
    literal("7", "**FINAL(7)**");
    literal("7", "`FINAL(7)`");
  }

  @Test
  void theFirstEndingCounts() {
    literal("1", "FINAL(1)\nFINAL(2)");
  }

  @Test
  void codeHidesTextEndings() {
    none("```repl\nx\n```\nFINAL(7)");
    none("```\nFINAL(7)\n```");
  }

  @Test
  void namesMayBeVariables() {
    assertEquals(Optional.of(new TextEnding.Variable("x_1", true)), ReplyParser.parse("FINAL_VAR(\"x_1\")").ending());
    assertEquals(Optional.of(new TextEnding.Variable("x_1", true)), ReplyParser.parse("FINAL_VAR( x_1 )").ending());
    assertEquals(Optional.of(new TextEnding.Variable("done", false)), ReplyParser.parse("FINAL(done)").ending());
    none("FINAL_VAR(\"); import os; (\")");
    none("FINAL_VAR(a b)");
  }

  @Test
  void statementsAreKeptAsCode() {
    assertEquals(
        Optional.of(new TextEnding.Statement("SUBMIT(a=1, b=\")\")")), ReplyParser.parse("SUBMIT(a=1, b=\")\") ok").ending());
    assertEquals(
        Optional.of(new TextEnding.Statement("answer = {\"content\": \"}\", 'ready': True}")),
        ReplyParser.parse("answer = {\"content\": \"}\", 'ready': True}").ending());
    none("answer = {\"content\": 1, \"ready\": False}");
    literal("7", "SUBMIT(7)");
  }

  @Test
  void longHostileRepliesTakeNoTime() {
    none("FINAL(".repeat(50_000));
    none("\nFINAL_VAR(a b)".repeat(10_000));
    assertEquals(List.of(), ReplyParser.parse("```".repeat(100_000)).blocks());
  }
}
