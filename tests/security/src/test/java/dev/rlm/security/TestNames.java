package dev.rlm.security;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Finds tests of this project by the names under which the corpus and the documents call them. */
final class TestNames {

  private TestNames() {}

  /** Returns a name such as {@code PostureTest} or {@code PostureTest.method}, after making sure that there is such a test. */
  static String check(String name) {
    String[] parts = name.split("\\.", 2);
    Path home = Path.of(System.getProperty("rlm.home"));
    try (Stream<Path> files = Files.walk(home, 12)) {
      Path source =
          files
              .filter(file -> file.toString().contains("/src/test/") && file.endsWith(parts[0] + ".java"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("there is no test class " + parts[0]));
      if (parts.length == 2 && !Files.readString(source).contains("void %s(".formatted(parts[1]))) {
        throw new AssertionError("there is no test %s in %s".formatted(parts[1], source));
      }
      return name;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
