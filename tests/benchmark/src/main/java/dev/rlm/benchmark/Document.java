package dev.rlm.benchmark;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * A text of a given length in a temporary file: lines of hexadecimal digits, each length and seed with its own.
 *
 * @param file where it is
 * @param length in characters, which are bytes
 */
record Document(Path file, long length) implements AutoCloseable {

  private static final int LINE = 100;

  static Document of(long length, long seed) throws IOException {
    Path file = Files.createTempFile("rlm-benchmark", ".txt");
    SplittableRandom random = new SplittableRandom(seed);
    byte[] digits = new byte[LINE / 2];
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      for (long written = 0; written < length; written += LINE) {
        random.nextBytes(digits);
        byte[] line = HexFormat.of().formatHex(digits).getBytes(StandardCharsets.US_ASCII);
        line[LINE - 1] = '\n';
        out.write(line, 0, (int) Math.min(LINE, length - written));
      }
    }
    return new Document(file, length);
  }

  /** Returns Python that prints the 100 characters from here on, without line ends. */
  static String slice(String variable, long from) {
    return "print(%s[%d:%d].replace('\\n', ''))".formatted(variable, from, from + LINE);
  }

  /** Returns what that code prints. */
  String expected(long from) throws IOException {
    try (var channel = Files.newByteChannel(file)) {
      channel.position(from);
      java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(LINE);
      while (bytes.hasRemaining()) {
        if (channel.read(bytes) < 0) {
          throw new IOException("the document is too short");
        }
      }
      return new String(bytes.array(), StandardCharsets.US_ASCII).replace("\n", "") + "\n";
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }
}
