package dev.rlm.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Temporary folders of what lives longer than a test: they are gone when the tests are. */
public final class TestFolder {

  private TestFolder() {}

  /** Makes a folder. */
  public static Path create() {
    try {
      Path folder = Files.createTempDirectory("rlm-test");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> entries = Files.walk(folder)) {
      List<Path> innermostFirst = entries.sorted(Comparator.reverseOrder()).toList();
      for (Path entry : innermostFirst) {
        Files.deleteIfExists(entry);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
