package dev.rlm.egress.scan;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * How usual a string's neighbouring characters are in harmless text. The table holds log2 of the
 * chance of each character after each other, measured on Java and Python sources and on manual
 * pages in some thirty languages; letters are taken without case, digits as one class, everything
 * else as another.
 *
 * <p>Random strings over letters and digits average -7, ordinary words and identifiers -3.8; below
 * -5.2 there is less than one in a thousand of the latter from 20 characters on. Each character of
 * the resource is {@code '0'} plus five times the negated value.
 */
final class Bigrams {

  private static final int CLASSES = 28;
  private static final int ROW = 32;
  private static final int STEPS = 5;

  /** The resource's values as they are, a row for each character before. */
  private static final byte[] TABLE = load();
  private static final byte[] CLASS_OF = classes();

  private Bigrams() {}

  /** Mean of log2 of the chance of each character after the one before. */
  static double mean(byte[] text, int start, int end) {
    if (end - start < 2) {
      return 0;
    }
    int sum = 0;
    int last = CLASS_OF[text[start] & 0xff];
    for (int i = start + 1; i < end; i++) {
      int now = CLASS_OF[text[i] & 0xff];
      sum += TABLE[last * ROW + now];
      last = now;
    }
    return -(double) sum / (STEPS * (end - start - 1));
  }

  private static byte[] load() {
    try (InputStream stream = Bigrams.class.getResourceAsStream("/dev/rlm/egress/bigrams.txt")) {
      if (stream == null) {
        throw new IllegalStateException("the table of bigrams is missing from the jar");
      }
      byte[] table = new byte[CLASSES * ROW];
      int n = 0;
      for (byte b : stream.readAllBytes()) {
        if (b != '\n') {
          table[n / CLASSES * ROW + n % CLASSES] = (byte) (b - '0');
          n++;
        }
      }
      return table;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] classes() {
    byte[] result = new byte[256];
    for (int b = 0; b < 256; b++) {
      int folded = b | 0x20;
      if (folded >= 'a' && folded <= 'z' && b < 128) {
        result[b] = (byte) (folded - 'a');
      } else if (b >= '0' && b <= '9') {
        result[b] = 26;
      } else {
        result[b] = 27;
      }
    }
    return result;
  }
}
