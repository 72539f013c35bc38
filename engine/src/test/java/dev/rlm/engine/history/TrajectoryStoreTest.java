package dev.rlm.engine.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.CapturedLog;
import dev.rlm.engine.repl.RunEvent;
import dev.rlm.engine.repl.RunId;
import dev.rlm.engine.repl.RunRecorder;
import dev.rlm.engine.sandbox.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrajectoryStoreTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path root;

  private TrajectoryStore store(ByteSize budget, Duration timeToLive) {
    return new TrajectoryStore(
        root.resolve("kept"), new TrajectoryStore.Options(budget, timeToLive), InstantSource.fixed(NOW));
  }

  private static RunId record(TrajectoryStore store, String owner, String... codes) {
    RunId id = RunId.random();
    RunRecorder.Recording recording = store.begin(id, owner);
    for (String code : codes) {
      recording.on(new RunEvent.Code(0, 1, 1, code));
    }
    recording.close();
    return id;
  }

  private static List<JsonNode> read(TrajectoryStore store, String owner, RunId id) {
    List<JsonNode> lines = new ArrayList<>();
    store.read(owner, id.value(), lines::add);
    return lines;
  }

  @Test
  void keepsEventsInTheirOrderWithTheirTime() {
    TrajectoryStore store = store(ByteSize.mebibytes(1), Duration.ofDays(1));
    RunId id = record(store, "me", "a\nb", "c");
    List<JsonNode> lines = read(store, "me", id);
    assertEquals(List.of("a\nb", "c"), lines.stream().map(line -> line.path("code").asText()).toList());
    assertEquals("code", lines.getFirst().path("type").asText());
    assertEquals(NOW.toString(), lines.getFirst().path("at").asText());
  }

  @Test
  void anotherCallersTrajectoryLooksLikeNone() {
    TrajectoryStore store = store(ByteSize.mebibytes(1), Duration.ofDays(1));
    RunId id = record(store, "me", "a");
    for (String unknown : List.of(id.value(), RunId.random().value(), "../x", "")) {
      TrajectoryException refused =
          assertThrows(TrajectoryException.class, () -> store.read("you", unknown, _ -> {}), unknown);
      assertTrue(refused.getMessage().startsWith("there is no such trajectory"), refused.getMessage());
    }
  }

  @Test
  void outlivesTheEngine() {
    RunId id = record(store(ByteSize.mebibytes(1), Duration.ofDays(1)), "me", "a");
    assertEquals(1, read(store(ByteSize.mebibytes(1), Duration.ofDays(1)), "me", id).size());
  }

  @Test
  void whatIsTooOldGoes() throws IOException {
    TrajectoryStore store = store(ByteSize.mebibytes(1), Duration.ofDays(1));
    RunId old = record(store, "me", "a");
    RunId young = record(store, "me", "b");
    Files.setLastModifiedTime(file(old), FileTime.from(NOW.minus(Duration.ofDays(2))));
    Files.setLastModifiedTime(file(young), FileTime.from(NOW.minus(Duration.ofHours(2))));
    store.makeRoom();
    assertThrows(TrajectoryException.class, () -> read(store, "me", old));
    assertEquals(1, read(store, "me", young).size());
  }

  @Test
  void theOldestGoWhenAllTogetherAreTooLarge() throws IOException {
    TrajectoryStore store = store(new ByteSize(2_000), Duration.ofDays(1));
    RunId first = record(store, "me", "a".repeat(1_500));
    Files.setLastModifiedTime(file(first), FileTime.from(NOW.minusSeconds(60)));
    RunId second = record(store, "me", "b".repeat(1_500));
    Files.setLastModifiedTime(file(second), FileTime.from(NOW));
    store.makeRoom();
    assertThrows(TrajectoryException.class, () -> read(store, "me", first));
    assertEquals(1, read(store, "me", second).size());
  }

  @Test
  void aLineThatWasNotFinishedEndsTheRecord() throws IOException {
    TrajectoryStore store = store(ByteSize.mebibytes(1), Duration.ofDays(1));
    RunId id = record(store, "me", "a");
    Files.writeString(file(id), "{\"type\":\"co", StandardOpenOption.APPEND);
    assertEquals(1, read(store, "me", id).size());
  }

  @Test
  void onlyTheEnginesUserReadsThem() throws IOException {
    RunId id = record(store(ByteSize.mebibytes(1), Duration.ofDays(1)), "me", "a");
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file(id).getParent())));
  }

  @Test
  void aDiskThatFailsCostsTheRecordAndNotTheRun() throws IOException {
    Files.writeString(root.resolve("kept"), "a file where the folder should be");
    try (CapturedLog log = new CapturedLog(TrajectoryStore.class)) {
      RunRecorder.Recording recording = store(ByteSize.mebibytes(1), Duration.ofDays(1)).begin(RunId.random(), "me");
      recording.on(new RunEvent.Code(0, 1, 1, "a"));
      recording.close();
      assertTrue(log.text().contains("is not recorded"), log::text);
    }
  }

  private Path file(RunId id) {
    return root.resolve("kept").resolve(id.value() + ".jsonl");
  }
}
