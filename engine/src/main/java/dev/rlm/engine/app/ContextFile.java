package dev.rlm.engine.app;

import dev.rlm.engine.client.ContextValue;
import dev.rlm.engine.client.EngineClient;
import dev.rlm.engine.client.UploadProgress;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that is to be the context: a small text travels with the code, everything else is stored in the engine first.
 *
 * @param file the file
 * @param bytes how large it was when it was looked at
 */
record ContextFile(Path file, long bytes) {

  /** From this size on a file is stored first. */
  static final long STORED_FROM = 1L << 20;

  /** The file cannot be read; the message says why. */
  static final class UnreadableException extends Exception {

    private static final long serialVersionUID = 1L;

    UnreadableException(Path file, String why) {
      super("%s %s".formatted(file, why));
    }
  }

  /** Looks at a file. */
  static ContextFile of(Path file) throws UnreadableException {
    try {
      if (!Files.isReadable(file) || Files.isDirectory(file)) {
        throw new UnreadableException(file, "cannot be read: " + (Files.exists(file) ? "not a readable file" : "no such file"));
      }
      return new ContextFile(file, Files.size(file));
    } catch (IOException e) {
      throw new UnreadableException(file, "cannot be read: " + e.getMessage());
    }
  }

  /** Hands the file to an engine, or reads it to travel with the code. */
  ContextValue handOver(EngineClient client, UploadProgress progress) throws UnreadableException, InterruptedException {
    try {
      if (bytes < STORED_FROM) {
        try {
          return new ContextValue.Inline(Files.readString(file));
        } catch (CharacterCodingException e) {
          // Not text: the engine stores bytes as well.
        }
      }
      return new ContextValue.Stored(client.storeContext(file, progress));
    } catch (IOException e) {
      throw new UnreadableException(file, "cannot be read: " + e.getMessage());
    }
  }
}
