package dev.rlm.engine.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** Which of the process's streams are a terminal. */
final class Terminals {

  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  private Terminals() {}

  /** Returns whether both what is typed and what is printed go to a terminal. */
  static boolean isInteractive() {
    return Objects.requireNonNull(System.console()).isTerminal(); // There always is one since JDK 22.
  }

  /** Returns whether standard error is a terminal; the JDK tells of the other two alone. */
  static boolean isError() {
    try {
      String name = STANDARD_ERROR.toRealPath().toString();
      return name.startsWith("/dev/pts/") || name.startsWith("/dev/tty") || name.equals("/dev/console");
    } catch (IOException e) {
      return false; // A pipe, or no Linux.
    }
  }
}
