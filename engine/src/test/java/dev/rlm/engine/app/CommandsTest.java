package dev.rlm.engine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.client.Code;
import dev.rlm.engine.client.ContextValue;
import dev.rlm.engine.client.UploadProgress;
import dev.rlm.engine.config.Settings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What run and repl do with an engine of their own, which runs code as a child process. */
@Timeout(120)
final class CommandsTest {

  @TempDir private static Path folder;

  private static Connection connection;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void open() throws Exception {
    connection =
        Connection.toOwn(
            Settings.from(
                Map.of(
                    "RLM_EXECUTION_MODE", "local",
                    "RLM_ALLOW_UNSAFE_LOCAL", "true",
                    "RLM_HOME", "..",
                    "RLM_DATA_DIR", folder.resolve("data").toString(),
                    "RLM_OUTPUT_LIMIT", "100k",
                    "LOG_LEVEL", "ERROR")),
            Duration.ofSeconds(10));
  }

  @AfterAll
  static void close() {
    connection.close();
  }

  private int run(String code, Optional<ContextValue> context) throws InterruptedException {
    return RunCommand.run(
        connection.client(), new Code(code, context, Optional.of(Duration.ofSeconds(30))), new EventPrinter(out, err));
  }

  private int repl(String... lines) throws Exception {
    byte[] typed = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    try (PipedLines piped = new PipedLines(new ByteArrayInputStream(typed));
        Repl repl =
            new Repl(
                connection.client(),
                Optional.of(new ContextValue.Inline("the context")),
                Optional.of(Duration.ofSeconds(30)),
                piped,
                new EventPrinter(out, err))) {
      return repl.run();
    }
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String complained() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({"print(1), 0", "1/0, 1", "import sys; sys.exit(7), 7"})
  void runReturnsTheStatusOfTheCode(String code, int status) throws Exception {
    assertEquals(status, run(code, Optional.empty()));
  }

  @Test
  void runPrintsWhatTheCodePrintsAndItsValue() throws Exception {
    assertEquals(1, run("import sys\nprint('ü')\nprint('e', file=sys.stderr)\n1/0", Optional.empty()));
    assertEquals("ü\n", printed());
    assertTrue(complained().startsWith("e\nTraceback"), complained());
    assertTrue(complained().endsWith("ZeroDivisionError: division by zero\n"), complained());
    assertEquals(0, run("len(context)", Optional.of(new ContextValue.Inline("abc"))));
    assertEquals("ü\n3\n", printed());
  }

  @Test
  void runIsToldWhatIsWrongWithTheRequest() throws Exception {
    Code tooLong = new Code("1", Optional.empty(), Optional.of(Duration.ofMinutes(30)));
    assertEquals(Main.USAGE, RunCommand.run(connection.client(), tooLong, new EventPrinter(out, err)));
  }

  @Test
  void handsOverALargeFileByStoringIt() throws Exception {
    Path small = Files.writeString(folder.resolve("small"), "a");
    Path large = Files.writeString(folder.resolve("large"), "x".repeat((int) ContextFile.STORED_FROM));
    Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff});
    assertEquals(
        new ContextValue.Inline("a"), connection.handOver(ContextFile.of(small), UploadProgress.NONE));
    assertTrue(connection.handOver(ContextFile.of(large), UploadProgress.NONE) instanceof ContextValue.Stored);
    assertTrue(connection.handOver(ContextFile.of(binary), UploadProgress.NONE) instanceof ContextValue.Stored);
  }

  @Test
  void replKeepsItsState() throws Exception {
    assertEquals(
        0,
        repl(
            "x = 20",
            "def double(n):",
            "    return 2 * n",
            "",
            "double(x) + 2",
            "1/0",
            "for i in range(2):",
            "    print(i)",
            "context"));
    assertEquals("42\n0\n1\n'the context'\n", printed());
    assertTrue(complained().contains("ZeroDivisionError"), complained());
  }

  @Test
  void replRunsWhatIsLeftAtTheEnd() throws Exception {
    assertEquals(0, repl("if True:", "    print('last')"));
    assertEquals("last\n", printed());
  }

  @Test
  void replShowsVariablesAndForgetsThem() throws Exception {
    assertEquals(0, repl("number, text = 1, 'a'", ":vars", ":reset", ":vars", ":nonsense", ":help"));
    List<String> lines = printed().lines().toList();
    assertTrue(lines.contains("number: int") && lines.contains("text: str"), printed());
    assertEquals(1, lines.stream().filter("number: int"::equals).count());
    assertTrue(complained().contains("there is no command :nonsense"), complained());
    assertTrue(complained().contains(":quit"), complained());
  }

  @Test
  void replLeaves() throws Exception {
    assertEquals(0, repl(":quit", "print('not any more')"));
    assertEquals(9, repl("import sys", "sys.exit(9)", "print('not any more')"));
    assertFalse(printed().contains("not any more"));
  }

  @Test
  void replGoesOnInANewSessionWhenTheSandboxIsGone() throws Exception {
    assertEquals(0, repl("x = 1", "while True: print('y' * 1000)", "", "'x' in globals()"));
    assertTrue(complained().contains("this is a new session, without the variables"), complained());
    assertTrue(printed().endsWith("False\n"), printed().substring(Math.max(0, printed().length() - 200)));
  }
}
