package dev.rlm.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Gives a reader mutations of saved samples. Every sample is tried as it is first. What a reader fails on becomes a sample, so that
 * it is tried ever after. {@code -Dfuzz.seconds=N} sets how long it goes on, {@code -Dseed=N} repeats a run.
 */
public final class Fuzzer {

  private static final int SECONDS = Integer.getInteger("fuzz.seconds", 3);
  private static final int LARGEST = 1 << 16;

  private static final List<String> SNIPPETS =
      List.of(
          "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "null", "true", "1e999", "1e999999999", "NaN", "-", "e",
          "9999999999", "\"type\":", "\"id\":\"1\"", "\"code\":", "\u0000", "\ufeff", "/*", "'", "\r\n", "\r\n\r\n",
          "Content-Length: ", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", " HTTP/1.1", "%00", "..");

  private final Path folder;
  private final List<byte[]> samples;
  private final Random random = Seeds.random();

  /** What is tried; it may throw nothing, whatever it is given. */
  @FunctionalInterface
  public interface Reader {
    void read(byte[] input) throws IOException;
  }

  private Fuzzer(Path folder, List<byte[]> samples) {
    this.folder = folder;
    this.samples = samples;
  }

  /** Takes the samples in {@code src/test/resources/fuzz/} of that name. */
  public static Fuzzer of(String name) {
    Path folder = Path.of("src", "test", "resources", "fuzz", name);
    try (Stream<Path> files = Files.list(folder)) {
      return new Fuzzer(folder, files.sorted().map(Fuzzer::bytes).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tries; returns how many inputs. */
  public int run(Reader reader) {
    samples.forEach(sample -> attempt(reader, sample));
    int rounds = 0;
    for (long end = System.nanoTime() + SECONDS * 1_000_000_000L; System.nanoTime() < end; rounds++) {
      attempt(reader, mutate(sample()));
    }
    return samples.size() + rounds;
  }

  private void attempt(Reader reader, byte[] input) {
    try {
      reader.read(input);
    } catch (IOException | RuntimeException | Error e) {
      Path saved = folder.resolve("crash-%08x".formatted(Arrays.hashCode(input)));
      try {
        Files.write(saved, input);
      } catch (IOException unsaved) {
        e.addSuppressed(unsaved);
      }
      throw new AssertionError("failed on what is now %s: %s".formatted(saved, HexFormat.of().formatHex(input)), e);
    }
  }

  private byte[] sample() {
    return samples.get(random.nextInt(samples.size()));
  }

  private byte[] mutate(byte[] source) {
    byte[] bytes = source;
    for (int changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0 && bytes.length < LARGEST; changes--) {
      int at = random.nextInt(bytes.length);
      bytes =
          switch (random.nextInt(7)) {
            case 0 -> replace(bytes, at, new byte[] {(byte) (bytes[at] ^ 1 << random.nextInt(8))}, at + 1);
            case 1 -> replace(bytes, at, new byte[] {(byte) random.nextInt(256)}, at + 1);
            case 2 -> replace(bytes, at, snippet(), at);
            case 3 -> replace(bytes, at, snippet(), Math.min(bytes.length, at + 1 + random.nextInt(8)));
            case 4 -> replace(bytes, at, new byte[0], Math.min(bytes.length, at + 1 + random.nextInt(8)));
            case 5 -> replace(bytes, at, sample(), bytes.length);
            default -> replace(bytes, at, bytes, at);
          };
    }
    return bytes;
  }

  private byte[] snippet() {
    return SNIPPETS.get(random.nextInt(SNIPPETS.size())).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] replace(byte[] bytes, int from, byte[] middle, int to) {
    byte[] result = new byte[from + middle.length + bytes.length - to];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(middle, 0, result, from, middle.length);
    System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
    return result;
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
