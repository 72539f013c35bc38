package dev.rlm.engine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class MainTest {

  /** What a command said, and the status that its process would have had. */
  private record Said(int status, String out, String err) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "--nonsense",
        "serve --nonsense",
        "serve extra",
        "run",
        "run --nonsense",
        "run a.py b.py",
        "run -c",
        "run -c pass a.py",
        "run -c pass --timeout",
        "run -c pass --timeout soon",
        "run -c pass --timeout 0",
        "run -c pass --timeout -1",
        "run -c pass --timeout 301",
        "run -c pass --timeout 1e999999999",
        "run /nowhere/at/all.py",
        "run -c pass --context /nowhere/at/all.json",
        "ask",
        "ask one two",
        "ask x --timeout 0",
        "ask x --timeout 100000",
        "ask x --max-iterations many",
        "ask x --schema /nowhere/at/all.json",
        "ask x --context /nowhere/at/all.txt",
        "doctor extra",
        "filter extra"
      })
  void doesNotUnderstandAWrongCommand(String line) {
    Said said = run(line.split(" ", -1));
    assertEquals(2, said.status(), said::toString);
    assertFalse(said.err().isEmpty());
    assertFalse(said.err().contains("\tat "), said.err());
    assertEquals("", said.out());
  }

  @Test
  void namesTheFileThatCannotBeRead(@TempDir Path folder) throws Exception {
    Said said = run("run", folder.resolve("missing.py").toString());
    assertTrue(said.err().contains(folder.resolve("missing.py") + " cannot be read: no such file"), said.err());
    Path binary = Files.write(folder.resolve("binary.py"), new byte[] {(byte) 0xff});
    said = run("run", binary.toString());
    assertEquals(2, said.status());
    assertTrue(said.err().contains(binary + " is not UTF-8 text"), said.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "run", "ask", "filter", "doctor"})
  void explainsEachCommand(String command) {
    Said said = run(command, "--help");
    assertEquals(0, said.status());
    assertTrue(said.out().startsWith("Usage: rlm " + command), said.out());
    assertEquals("", said.err());
  }

  @Test
  void documentsTheExitStatusesOfRun() {
    String help = run("run", "--help").out();
    assertTrue(help.contains("Exit status:"), help);
    for (String status : List.of("0", "1", "N", "2", "69", "78", "124", "125", "137")) {
      assertTrue(help.lines().anyMatch(line -> line.strip().startsWith(status + " ")), status + " in " + help);
    }
  }

  @Test
  void documentsTheExitStatusesOfAsk() {
    String help = run("ask", "--help").out();
    for (String status : List.of("0", "1", "2", "69", "78", "124", "125", "130", "141")) {
      assertTrue(help.lines().anyMatch(line -> line.strip().startsWith(status + " ")), status + " in " + help);
    }
  }

  @Test
  void readsASchemaBeforeItAsks(@TempDir Path folder) throws Exception {
    Path schema = Files.writeString(folder.resolve("schema.json"), "{");
    Said said = run("ask", "x", "--schema", schema.toString());
    assertEquals(2, said.status());
    assertTrue(said.err().contains(schema + " is not JSON"), said.err());
    assertEquals(2, run("ask", " ").status());
  }

  @Test
  void documentsTheExitStatusesOfDoctor() {
    String help = run("doctor", "--help").out();
    for (String status : List.of("0", "69", "78")) {
      assertTrue(help.lines().anyMatch(line -> line.strip().startsWith(status + " ")), status + " in " + help);
    }
  }

  @Test
  void listsEveryCommandInItsUsage() {
    String usage = Main.commandLine().getUsageMessage();
    for (String command : Main.commandLine().getSubcommands().keySet()) {
      assertTrue(usage.contains("  " + command), usage);
    }
    assertEquals(
        List.of("ask", "doctor", "filter", "repl", "run", "serve"),
        Main.commandLine().getSubcommands().keySet().stream().sorted().toList());
  }

  @Test
  void writesTextAsJson() {
    assertEquals("\"a\\\"b\\\\c\\n\\u0000ü😀\"", JsonText.of("a\"b\\c\n\u0000ü😀"));
    assertEquals("\"\"", JsonText.of(""));
  }

  private static Said run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int status = line.execute(arguments);
    return new Said(status, out.toString(), err.toString());
  }
}
