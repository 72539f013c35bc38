package dev.rlm.engine.sandbox.docker;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A process that holds a lock until it is killed, as an engine does. */
final class LockHolder {

  private LockHolder() {}

  /** Locks the file that is named, says {@code L}, and waits for the end of its standard input. */
  public static void main(String[] arguments) throws Exception {
    try (FileChannel channel =
            FileChannel.open(Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      System.out.print(lock.isValid() ? "L" : "-");
      System.out.flush();
      System.in.readAllBytes();
    }
  }
}
