package dev.rlm.engine.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rlm.engine.execution.EgressFinding;
import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.ExecutionListener;
import dev.rlm.engine.execution.SandboxSource;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.sandbox.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AuditingExecutorTest {

  private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");
  private static final String CODE = "print('quite secret')";
  private static final Execution EXECUTION =
      new Execution(
          "an-id",
          new Outcome.Exited(3),
          Optional.empty(),
          "printed\n",
          "",
          Optional.of("'a result'"),
          Map.of("name", "a value"),
          false,
          List.of(new EgressFinding("github-pat", "stdout", 3, 40, List.of("base64"), "high", "redacted", "0a1b2c3d")),
          new Isolation("runsc", "release-20240729.0", "none"),
          new Usage(Duration.ofMillis(12), Optional.of(Duration.ofMillis(5)), OptionalLong.of(1_000_000)),
          new Execution.Timing(Duration.ZERO, Duration.ZERO, true));

  @TempDir private Path folder;

  private Execution execute(Path file, Optional<GuestContext> context) throws InterruptedException {
    SandboxSource none = (_, _) -> {
      throw new AssertionError("nothing is run here");
    };
    return new AuditingExecutor(new AuditLog(file, () -> NOW), (_, _, _) -> EXECUTION)
        .execute(new ExecutionCommand(CODE, context, Duration.ofSeconds(1), HostCalls.NONE), none, ExecutionListener.NONE);
  }

  @Test
  void addsALineForEachExecutionThatNamesNothingItReadOrWrote() throws Exception {
    Path file = folder.resolve("audit.jsonl");
    Path document = Files.writeString(folder.resolve("document"), "words");
    assertEquals(EXECUTION, execute(file, Optional.empty()));
    execute(file, Optional.of(new GuestContext.Stored("c0ffee", document, Optional.empty(), true, 5, 5)));

    List<String> lines = Files.readAllLines(file);
    assertEquals(2, lines.size());
    JsonNode line = new ObjectMapper().readTree(lines.getFirst());
    assertEquals("2030-01-02T03:04:05Z", line.path("time").textValue());
    assertEquals("an-id", line.path("execution_id").textValue());
    assertEquals(64, line.path("code_sha256").textValue().length());
    assertEquals(CODE.length(), line.path("code_bytes").intValue());
    assertEquals("exited", line.path("outcome").textValue());
    assertEquals(3, line.path("exit_code").intValue());
    assertEquals(12, line.path("wall_ms").intValue());
    assertEquals("runsc", line.path("isolation").path("runtime").textValue());
    assertEquals(
        "{\"rule\":\"github-pat\",\"channel\":\"stdout\",\"offset\":3,\"length\":40,\"decode_chain\":[\"base64\"],"
            + "\"confidence\":\"high\",\"action\":\"redacted\",\"tag\":\"0a1b2c3d\"}",
        line.path("findings").get(0).toString());
    assertFalse(line.has("context_sha256"));
    assertEquals("c0ffee", new ObjectMapper().readTree(lines.getLast()).path("context_sha256").textValue());
    for (String word : List.of("secret", "printed", "a result", "a value", "words")) {
      assertFalse(lines.toString().contains(word), word);
    }
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void goesOnInANewFileWhenTheOldOneIsMovedAway() throws Exception {
    Path file = folder.resolve("audit.jsonl");
    execute(file, Optional.empty());
    Files.move(file, folder.resolve("audit.1"));
    execute(file, Optional.empty());
    assertEquals(1, Files.readAllLines(file).size());
  }

  @Test
  void withholdsAnAnswerThatCannotBeRecorded() throws IOException {
    Path file = Files.createDirectory(folder.resolve("a-folder"));
    SandboxUnavailableException refused =
        assertThrows(SandboxUnavailableException.class, () -> execute(file, Optional.empty()));
    assertTrue(refused.getMessage().contains("execution an-id ran and cannot be recorded"), refused.getMessage());
    assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
  }
}
