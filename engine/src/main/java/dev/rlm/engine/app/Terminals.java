package dev.rlm.engine.app;

import java.io.IOException;
import java.nio.file.Path;

/** Which of the process's streams are a terminal: by their names, as the JDK does not tell of each alone. */
final class Terminals {

  private Terminals() {}

  /** Returns whether both what is typed and what is printed go to a terminal. */
  static boolean isInteractive() {
    return isTerminal(0) && isTerminal(1);
  }

  /** Returns whether what is printed goes to a terminal. */
  static boolean isOutput() {
    return isTerminal(1);
  }

  /** Returns whether standard error is a terminal. */
  static boolean isError() {
    return isTerminal(2);
  }

  private static boolean isTerminal(int descriptor) {
    try {
      String name = Path.of("/proc/self/fd/" + descriptor).toRealPath().toString();
      return name.startsWith("/dev/pts/") || name.startsWith("/dev/tty") || name.equals("/dev/console");
    } catch (IOException e) {
      return false; // A pipe.
    }
  }
}
