package dev.rlm.engine.context;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class DataFolderTest {

  @TempDir Path temporary;

  @Test
  void isItsOwnersAlone() throws IOException {
    Path root = temporary.resolve("a/b");
    try (DataFolder folder = DataFolder.take(root)) {
      for (Path part : List.of(root, folder.content(), folder.uploads(), folder.mounts(), folder.mounts().resolveSibling(""))) {
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(part)), String.valueOf(part));
      }
    }
  }

  @Test
  void leavesNothingOfItselfBehind() throws IOException {
    DataFolder folder = DataFolder.take(temporary);
    Files.createDirectory(folder.mounts().resolve("x"));
    Files.writeString(folder.mounts().resolve("x/y"), "y");
    folder.close();
    assertEquals(List.of("lock"), names());
  }

  @Test
  void removesWhatDeadEnginesLeftAndNothingElse() throws Exception {
    String locked = UUID.randomUUID().toString();
    String unlocked = UUID.randomUUID().toString();
    for (String name : List.of(locked, unlocked, "other", "other.lock")) {
      Files.createDirectories(temporary.resolve(name).resolve("content"));
      Files.writeString(temporary.resolve(name).resolve("content/file"), "left");
    }
    Path outside = Files.writeString(temporary.resolve("outside"), "kept");
    Files.createSymbolicLink(temporary.resolve(locked).resolve("link"), outside);
    Files.createFile(temporary.resolve(locked + ".lock"));

    DataFolder.take(temporary).close();

    assertEquals(List.of("lock", "other", "other.lock", "outside"), names());
    assertEquals("kept", Files.readString(outside));
  }

  @Test
  void leavesEnginesThatLiveAlone() {
    try (DataFolder one = DataFolder.take(temporary);
        DataFolder other = DataFolder.take(temporary)) {
      assertTrue(Files.isDirectory(one.content()));
      assertTrue(Files.isDirectory(other.content()));
      assertFalse(one.content().equals(other.content()));
    }
  }

  @Test
  void leavesEnginesOfOtherProcessesAloneUntilTheyDie() throws Exception {
    Process other =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                temporary.toString())
            .start();
    try {
      assertEquals('T', other.getInputStream().read(), "the other process has its folder");
      DataFolder.take(temporary).close();
      assertEquals(3, names().size(), () -> "alive: " + names());

      other.destroyForcibly().waitFor();
      DataFolder.take(temporary).close();
      assertEquals(List.of("lock"), names());
    } finally {
      other.destroyForcibly();
    }
  }

  /** A process that has a folder until it is killed. */
  static final class Holder {

    private Holder() {}

    /** Takes a folder, says {@code T}, and waits for the end of its standard input. */
    public static void main(String[] arguments) throws IOException {
      DataFolder folder = DataFolder.take(Path.of(arguments[0]));
      System.out.print(Files.isDirectory(folder.content()) ? "T" : "-");
      System.out.flush();
      System.in.readAllBytes();
    }
  }

  @Test
  void saysWhichFolderCannotBeUsedAndWhatToDo() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));
    DataFolder.UnusableException e =
        assertThrows(DataFolder.UnusableException.class, () -> DataFolder.take(file.resolve("below")));
    assertTrue(e.getMessage().contains(file + "/below"), e.getMessage());
    assertTrue(e.getMessage().contains("set RLM_DATA_DIR"), e.getMessage());
  }

  private List<String> names() {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
