package dev.rlm.egress.decode;

import java.util.function.Consumer;

/**
 * Reads string literals that are put together of parts as one, and drops characters that are not
 * seen: zero widths, soft hyphens.
 */
final class Joined {

  private static final int AROUND = 512;

  private Joined() {}

  static void find(byte[] text, int to, Consumer<Decoded> found) {
    int covered = 0;
    for (int i = 0; i < to; i++) {
      byte b = text[i];
      int seam =
          b == '"' || b == '\'' ? seam(text, i, to) : b < 0 || b == '\\' ? unseen(text, i, to) : 0;
      boolean wide = b == (byte) 0xef && i + 2 < to && isWide(text, i);
      if ((seam > 0 || wide) && i >= covered) {
        int from = Math.max(0, i - AROUND);
        int end = Math.min(to, i + 2 * AROUND);
        offer(text, from, end, found);
        covered = end - AROUND;
      }
    }
  }

  private static void offer(byte[] text, int from, int to, Consumer<Decoded> found) {
    Decoded out = new Decoded("joined", to - from);
    int i = from;
    while (i < to) {
      byte b = text[i];
      int skip =
          b == '"' || b == '\'' ? seam(text, i, to) : b < 0 || b == '\\' ? unseen(text, i, to) : 0;
      if (skip > 0) {
        i += skip;
      } else if (b == (byte) 0xef && i + 2 < to && isWide(text, i)) {
        out.add((text[i + 1] == (byte) 0xbc ? 0x20 : 0x60) + (text[i + 2] & 0x3f), i, i + 3);
        i += 3;
      } else {
        out.add(b, i, i + 1);
        i++;
      }
    }
    found.accept(out);
  }

  /**
   * Length of a quote, an operator or blanks, and a quote of the same kind; 0 when there is none.
   */
  private static int seam(byte[] text, int at, int to) {
    int i = at + 1;
    boolean between = false;
    while (i < to
        && i < at + 16
        && (text[i] == ' '
            || text[i] == '+'
            || text[i] == '\n'
            || text[i] == '.'
            || text[i] == '\\'
            || text[i] == '&'
            || text[i] == '\t')) {
      between |= text[i] == '+' || text[i] == '\n' || text[i] == '.' || text[i] == ' ';
      i++;
    }
    return i < to && text[i] == text[at] && between ? i - at + 1 : 0;
  }

  private static int unseen(byte[] text, int at, int to) {
    if (text[at] == '\\') {
      return at + 1 < to && text[at + 1] == '\n' ? 2 : 0;
    }
    if (text[at] == (byte) 0xc2 && at + 1 < to && text[at + 1] == (byte) 0xad) {
      return 2;
    }
    if (at + 2 >= to) {
      return 0;
    }
    int three = (text[at] & 0xff) << 16 | (text[at + 1] & 0xff) << 8 | (text[at + 2] & 0xff);
    return (three >= 0xe2808b && three <= 0xe2808f) || three == 0xe281a0 || three == 0xefbbbf
        ? 3
        : 0;
  }

  /** A letter, digit or sign of full width. */
  private static boolean isWide(byte[] text, int at) {
    return text[at] == (byte) 0xef
        && ((text[at + 1] == (byte) 0xbc && (text[at + 2] & 0xff) >= 0x81)
            || (text[at + 1] == (byte) 0xbd && (text[at + 2] & 0xff) <= 0x9e));
  }
}
