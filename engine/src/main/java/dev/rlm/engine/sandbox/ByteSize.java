package dev.rlm.engine.sandbox;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, zero or more.
 *
 * @param bytes the count
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {

  private static final Pattern FORMAT = Pattern.compile("(\\d{1,15})([kmg]?)i?b?");

  /** Rejects a negative count with {@link IllegalArgumentException}. */
  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size cannot be negative: " + bytes);
    }
  }

  /** Returns a size of {@code count} mebibytes. */
  public static ByteSize mebibytes(long count) {
    return new ByteSize(Math.multiplyExact(count, 1L << 20));
  }

  /**
   * Reads a whole number with an optional unit, as Docker does: {@code 1024}, {@code 64k}, {@code 512m}, {@code 1g}; units
   * are powers of 1,024.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  public static ByteSize parse(String text) {
    Matcher matcher = FORMAT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "not a size: \"" + text + "\" (use a whole number with k, m or g, such as 512m)");
    }
    int shift =
        switch (matcher.group(2)) {
          case "k" -> 10;
          case "m" -> 20;
          case "g" -> 30;
          default -> 0;
        };
    try {
      return new ByteSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("a size that does not fit: \"" + text + "\"", e);
    }
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** The size with the largest unit that divides it, as {@link #parse} reads it: {@code 512m}. */
  @Override
  public String toString() {
    if (bytes != 0) {
      for (int shift = 30; shift > 0; shift -= 10) {
        if (bytes % (1L << shift) == 0) {
          return (bytes >> shift) + (shift == 30 ? "g" : shift == 20 ? "m" : "k");
        }
      }
    }
    return Long.toString(bytes);
  }
}
