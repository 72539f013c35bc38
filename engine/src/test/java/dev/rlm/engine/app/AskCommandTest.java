package dev.rlm.engine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rlm.engine.client.ContextValue;
import dev.rlm.engine.client.Question;
import dev.rlm.engine.client.UploadProgress;
import dev.rlm.engine.config.ClientSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What ask does with an engine whose models a test scripts. */
@Timeout(180)
final class AskCommandTest {

  private static final AskPrinter.Options PLAIN = new AskPrinter.Options(false, false, false);

  @TempDir private static Path folder;

  private static MagicEngine engine;
  private static Connection connection;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void open() throws Exception {
    engine = new MagicEngine(folder);
    ClientSettings client =
        ClientSettings.from(Map.of("RLM_URL", engine.url().toString(), "RLM_API_KEY", MagicEngine.KEY));
    connection = Connection.to(client.url().orElseThrow(), client, Duration.ofSeconds(10));
  }

  @AfterAll
  static void close() {
    connection.close();
    engine.close();
  }

  private static Question question(String query, Optional<Integer> maxIterations, Optional<Duration> timeout)
      throws Exception {
    return new Question(
        query,
        Optional.of(large()),
        Optional.empty(),
        Optional.empty(),
        maxIterations,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        timeout);
  }

  private static ContextValue large() throws Exception {
    Path file = folder.resolve("large.txt");
    if (!Files.exists(file)) {
      Files.writeString(file, "nothing to see here\n".repeat(100_000) + MagicNumber.LINE);
    }
    return connection.handOver(ContextFile.of(file), UploadProgress.NONE);
  }

  private int ask(Question question, AskPrinter.Options options) throws InterruptedException {
    return AskCommand.ask(connection.client(), question, new AskPrinter(out, err, options));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String remarked() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void printsTheAnswerAloneAndTheStepsBesides() throws Exception {
    assertEquals(0, ask(question("What is the magic number?", Optional.empty(), Optional.empty()), PLAIN));
    assertEquals("4711\n", printed());
    String steps = remarked();
    assertTrue(steps.contains("── turn 1, org/root-model, "), steps);
    assertTrue(steps.contains("import re"), steps);
    assertTrue(steps.contains("── block 1 runs, 4 lines"), steps);
    assertTrue(steps.contains("── block 1: completed in "), steps);
    assertTrue(steps.contains("2000025 4711"), steps);
    assertTrue(steps.contains("── sub-call 1, sub-model, "), steps);
    assertTrue(steps.contains("Is 4711 a number? → yes, it is"), steps);
    assertTrue(steps.contains("── answered; 2 turns, 1 sub-call, "), steps);
  }

  @Test
  void printsTheWholeResultAsJsonAndNoSteps() throws Exception {
    Question question =
        new Question(
            "What is the magic number?",
            Optional.of(large()),
            Optional.of("org/root-model"),
            Optional.of("{\"type\":\"object\",\"properties\":{\"number\":{\"type\":\"integer\"}}}"),
            Optional.of(5),
            Optional.of(1),
            Optional.of(3),
            Optional.empty(),
            Optional.empty());
    assertEquals(0, ask(question, new AskPrinter.Options(true, true, false)));
    JsonNode result = new ObjectMapper().readTree(printed());
    assertEquals("answered", result.path("outcome").asText());
    assertEquals(4711, new ObjectMapper().readTree(result.path("answer").asText()).path("number").asInt());
    assertEquals(1, result.path("max_depth").asInt());
    assertEquals("", remarked());
  }

  @Test
  void saysByItsStatusThatALimitStoppedIt() throws Exception {
    assertEquals(125, ask(question("Look again and again", Optional.of(1), Optional.empty()), PLAIN));
    assertTrue(remarked().contains("── iterations"), remarked());
    assertEquals(
        124, ask(question("Take for ever", Optional.empty(), Optional.of(Duration.ofSeconds(2))), PLAIN));
    assertTrue(remarked().contains("── time"), remarked());
  }

  @Test
  void saysByItsStatusThatTheModelFailed() throws Exception {
    assertEquals(1, ask(question("Make the provider refuse", Optional.empty(), Optional.empty()), PLAIN));
    assertTrue(remarked().contains("── model_failed: "), remarked());
    assertTrue(remarked().contains("this model refuses"), remarked());
  }

  @Test
  void isToldWhatIsWrongWithTheQuestion() throws Exception {
    Question wrong =
        new Question(
            "x",
            Optional.empty(),
            Optional.of("no-such-model"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertEquals(Main.USAGE, ask(wrong, PLAIN));
    assertEquals("", printed());
  }

  @Test
  void breaksOffTheRunWhenItIsInterrupted() throws Exception {
    AtomicReference<Throwable> ended = new AtomicReference<>();
    Question forEver = question("Take for ever, or longer", Optional.empty(), Optional.empty());
    Thread asking =
        Thread.ofVirtual()
            .start(() -> ended.set(assertThrows(InterruptedException.class, () -> ask(forEver, PLAIN))));
    engine.awaitSecondTurn("Take for ever, or longer");
    asking.interrupt();
    asking.join();
    assertTrue(ended.get() instanceof InterruptedException, () -> String.valueOf(ended.get()));
    engine.awaitBrokenRun();
    engine.awaitBrokenCall();
  }

  @Test
  void noticesThatNobodyReadsTheAnswer() throws Exception {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("closed");
          }
        };
    AskPrinter printer = new AskPrinter(closed, err, PLAIN);
    assertEquals(
        ExitStatus.NOBODY_READS,
        AskCommand.ask(
            connection.client(), question("What is the magic number?", Optional.empty(), Optional.empty()), printer));
  }

  @Test
  void doesNotLetATerminalActOnWhatModelsWrite() throws Exception {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    RunningAnswer running = new RunningAnswer("\u001b[2Jgone\u009b2J\tü\n");
    new AskPrinter(shown, err, new AskPrinter.Options(false, false, true)).print(running);
    assertEquals("�[2Jgone�2J\tü\n\n", shown.toString(StandardCharsets.UTF_8));
    new AskPrinter(out, err, PLAIN).print(new RunningAnswer("\u001b[2J"));
    assertEquals("\u001b[2J\n", printed());
    assertFalse(remarked().contains("\u001b"), remarked());
  }
}
