package dev.rlm.egress.decode;

import java.util.function.Consumer;

/**
 * Finds stretches in which single characters stand apart, with one and the same sign between them:
 * a line break, a blank, a dot.
 */
final class Spelled {

  private static final int SHORTEST = 15;
  private static final int STEP = 8;
  private static final int PROOF = 5;

  private Spelled() {}

  static void find(byte[] text, int to, Consumer<Decoded> found) {
    int at = 1;
    while (at + 2 * PROOF < to) {
      int sign = alternates(text, at, to) ? at : alternates(text, at + 1, to) ? at + 1 : -1;
      if (sign < 0) {
        at += STEP;
        continue;
      }
      byte between = text[sign];
      int start = sign - 1;
      while (start >= 2
          && text[start - 1] == between
          && text[start - 2] != between
          && text[start - 2] > ' ') {
        start -= 2;
      }
      int end = sign;
      while (end + 1 < to
          && text[end] == between
          && text[end + 1] != between
          && text[end + 1] > ' ') {
        end += 2;
      }
      if (end - start >= SHORTEST) {
        Decoded out = new Decoded("spelled", (end - start) / 2 + 2);
        for (int i = start; i < end; i += 2) {
          out.add(text[i], i, i + 1);
        }
        found.accept(out);
      }
      at = Math.max(end + 1, at + STEP);
    }
  }

  /**
   * Whether the same separator stands at a place and at every second one after it, with other
   * characters between.
   */
  private static boolean alternates(byte[] text, int at, int to) {
    byte between = text[at];
    if (!isSeparator(between)
        || at + 2 * PROOF > to
        || text[at - 1] == between
        || text[at - 1] <= ' ') {
      return false;
    }
    for (int i = 0; i < PROOF; i++) {
      if (text[at + 2 * i] != between || (i > 0 && text[at + 2 * i - 1] == between)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSeparator(byte b) {
    return b == ' ' || b == '\n' || b == '\t' || b == '.' || b == '-' || b == ',' || b == '|'
        || b == '_' || b == '*' || b == '/';
  }
}
