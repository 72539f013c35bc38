package dev.rlm.engine.sandbox.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EngineLeaseTest {

  @TempDir Path folder;

  @Test
  void anEngineThatLivesHasNotEnded() {
    try (EngineLease one = EngineLease.take(folder);
        EngineLease other = EngineLease.take(folder)) {
      assertFalse(one.ended(other.engineId()));
      assertFalse(other.ended(one.engineId()));
      assertFalse(one.ended(one.engineId()));
      assertTrue(Files.exists(file(other.engineId())));
    }
  }

  @Test
  void anEngineThatClosedItsLeaseHasEnded() {
    try (EngineLease one = EngineLease.take(folder)) {
      EngineLease other = EngineLease.take(folder);
      other.close();
      assertTrue(one.ended(other.engineId()));
      assertFalse(Files.exists(file(other.engineId())));
    }
  }

  @Test
  void anEngineWhoseLockNobodyHoldsHasEndedAndItsFileGoes() throws IOException {
    try (EngineLease lease = EngineLease.take(folder)) {
      String dead = UUID.randomUUID().toString();
      Files.createFile(file(dead));
      assertTrue(lease.ended(dead));
      assertFalse(Files.exists(file(dead)));
    }
  }

  @Test
  void anEngineWithoutAFileHasEnded() {
    try (EngineLease lease = EngineLease.take(folder)) {
      assertTrue(lease.ended(UUID.randomUUID().toString()));
    }
  }

  @Test
  void anEngineThatWasKilledHasEnded() throws Exception {
    String other = UUID.randomUUID().toString();
    Process holder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                file(other).toString())
            .start();
    try (EngineLease lease = EngineLease.take(folder)) {
      assertEquals('L', holder.getInputStream().read(), "the other process holds the lock");
      assertFalse(lease.ended(other));
      holder.destroyForcibly().waitFor();
      assertTrue(lease.ended(other));
    } finally {
      holder.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "../../etc/passwd", "/etc/passwd", "\u0000", "*"})
  void whatIsNoIdOfAnEngineHasNotEnded(String id) {
    try (EngineLease lease = EngineLease.take(folder)) {
      assertFalse(lease.ended(id));
    }
  }

  @Test
  void aSymbolicLinkIsNotFollowed() throws IOException {
    Path target = Files.createFile(folder.resolve("target"));
    String id = UUID.randomUUID().toString();
    Files.createSymbolicLink(file(id), target);
    try (EngineLease lease = EngineLease.take(folder)) {
      assertFalse(lease.ended(id));
      assertTrue(Files.exists(target));
      assertTrue(Files.isSymbolicLink(file(id)));
    }
  }

  @Test
  void enginesThatSeeOneFolderJudgeOneAnother() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    try (EngineLease one = EngineLease.take(folder);
        EngineLease same = EngineLease.take(folder);
        EngineLease other = EngineLease.take(elsewhere)) {
      assertEquals(one.domain(), same.domain());
      assertNotEquals(one.domain(), other.domain());
      assertNotEquals(one.engineId(), same.engineId());
      assertTrue(one.domain().matches("[0-9a-f]{16}"), one.domain());
    }
  }

  @Test
  void leavesNoFileBehind() throws IOException {
    EngineLease.take(folder).close();
    try (var files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  void saysWhereNoLockCanBeTaken() {
    UncheckedIOException e =
        assertThrows(UncheckedIOException.class, () -> EngineLease.take(folder.resolve("missing")));
    assertTrue(String.valueOf(e.getMessage()).contains(folder.resolve("missing").toString()), e::toString);
  }

  private Path file(String engineId) {
    return folder.resolve("rlm-" + engineId + ".lock");
  }
}
