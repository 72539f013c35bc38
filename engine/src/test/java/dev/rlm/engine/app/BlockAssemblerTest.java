package dev.rlm.engine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BlockAssemblerTest {

  private final BlockAssembler blocks = new BlockAssembler();

  private List<String> add(String... lines) {
    List<String> pieces = new ArrayList<>();
    for (String line : lines) {
      pieces.addAll(blocks.add(line));
    }
    return pieces;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x = 1",
        "print('if x:')",
        "x = '''a'''",
        "f(\"\\\"(\")",
        "x = 'it\\'s'",
        "x = r'\\'",
        "x = '(' # [",
        "f\"{x}\"",
        "f'{{'",
        "f\"{d[\"k\"]}\"",
        "rf'{x:>{y}}'",
        "x = ')'",
        ")",
        "x = 'never closed",
        "x: int = 5",
        "x = y[1:]",
        "import os",
        "iffy = 3",
        "define(1)"
      })
  void runsASimpleStatementAtOnce(String line) {
    assertEquals(List.of(line + "\n"), add(line));
    assertFalse(blocks.isPending());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "if x:",
        "if x: pass",
        "for i in y:  # why",
        "async def f():",
        "class A: pass",
        "with a, b:",
        "try:",
        "match x:",
        "@decorator",
        "while 'a' :",
        "x = (",
        "f([1,",
        "x = {'a': 1,",
        "x = '''",
        "x = \"\"\"it's \"quoted\"",
        "x = f'''{",
        "x = 1 + \\",
        "x = 'a\\",
        "print(')'",
        "x = '''a\\'''"
      })
  void waitsForMore(String line) {
    assertEquals(List.of(), add(line));
    assertTrue(blocks.isPending());
    assertEquals(Optional.of(line + "\n"), blocks.finish());
    assertFalse(blocks.isPending());
  }

  @Test
  void endsABlockWithAnEmptyLine() {
    assertEquals(List.of("def f():\n    return 1\n"), add("def f():", "    return 1", ""));
    assertEquals(List.of("if x: pass\n"), add("if x: pass", "   "));
  }

  @Test
  void endsABlockWithALineThatIsNotIndented() {
    assertEquals(
        List.of("for i in y:\n    print(i)\n", "print('done')\n"), add("for i in y:", "    print(i)", "print('done')"));
    assertEquals(
        List.of("if x:\n  a\n"), add("if x:", "  a", "if y:"), "the second has begun, and waits");
    assertTrue(blocks.isPending());
  }

  @Test
  void goesOnWithTheOtherBranches() {
    assertEquals(List.of(), add("if x:", "  a", "elif y:", "  b", "else:", "  c"));
    assertEquals(List.of("if x:\n  a\nelif y:\n  b\nelse:\n  c\n"), add(""));
    assertEquals(List.of(), add("try:", "  a", "except E:", "  b", "finally:", "  c"));
    assertEquals(1, add("").size());
  }

  @Test
  void goesOnFromADecoratorToWhatItDecorates() {
    assertEquals(List.of("@a\n@b\ndef f():\n  pass\n"), add("@a", "@b", "def f():", "  pass", ""));
  }

  @Test
  void keepsCommentsInsideABlock() {
    assertEquals(List.of("if x:\n# why\n  a\n"), add("if x:", "# why", "  a", ""));
  }

  @Test
  void doesNotEndInsideAnythingThatIsOpen() {
    assertEquals(List.of("x = [\n\n1\n]\n"), add("x = [", "", "1", "]"));
    assertEquals(List.of("x = '''\n\nif y:\n'''\n"), add("x = '''", "", "if y:", "'''"));
    assertEquals(
        List.of("def f():\n  return '''\n\nx\n'''\n"), add("def f():", "  return '''", "", "x", "'''", ""));
    assertEquals(List.of("x = 1 + \\\n2\n"), add("x = 1 + \\", "2"));
  }

  @Test
  void findsTheColonAtTheEndOfALogicalLine() {
    assertEquals(List.of(), add("match (1,", "2):", "  case _: pass"));
    assertEquals(1, add("").size());
  }

  @Test
  void ignoresEmptyLinesAndCommentsInBetween() {
    assertEquals(List.of(), add("", "   ", "# nothing"));
    assertFalse(blocks.isPending());
  }

  @Test
  void forgetsWhatIsThrownAway() {
    add("def f(:", "  '''");
    blocks.clear();
    assertFalse(blocks.isPending());
    assertEquals(List.of("x\n"), add("x"));
    assertEquals(Optional.empty(), blocks.finish());
  }
}
