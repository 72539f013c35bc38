package dev.rlm.egress.decode;

import java.util.function.Consumer;

/** Finds stretches in which single characters stand apart: one a line, or with blanks, dots or dashes between them. */
final class Spelled {

  private static final int SHORTEST = 24;
  private static final int SAMPLE = 8;

  private Spelled() {}

  static void find(byte[] text, int to, Consumer<Decoded> found) {
    int at = 0;
    while (at + SHORTEST <= to) {
      int gap = gap(text, at, to);
      if (gap == 0) {
        at += SAMPLE;
        continue;
      }
      int start = at;
      while (start - gap - 1 >= 0 && alternates(text, start - gap - 1, gap, to)) {
        start -= gap + 1;
      }
      int end = at;
      while (alternates(text, end, gap, to)) {
        end += gap + 1;
      }
      if (end < to && !isSeparator(text[end])) {
        end++;
      }
      if (end - start >= SHORTEST) {
        Decoded out = new Decoded("spelled", (end - start) / (gap + 1) + 2);
        for (int i = start; i < end; i += gap + 1) {
          out.add(text[i], i, Math.min(end, i + 1));
        }
        found.accept(out);
      }
      at = Math.max(end, at + SAMPLE);
    }
  }

  /** The number of separators between characters at a place, or 0 when they do not alternate there, shifted by up to two places. */
  private static int gap(byte[] text, int at, int to) {
    for (int gap = 1; gap <= 2; gap++) {
      boolean all = !isSeparator(text[at]);
      for (int i = 0; i < 4 && all; i++) {
        all = alternates(text, at + i * (gap + 1), gap, to);
      }
      if (all) {
        return gap;
      }
    }
    return 0;
  }

  private static boolean alternates(byte[] text, int at, int gap, int to) {
    if (at + gap + 1 > to || isSeparator(text[at])) {
      return false;
    }
    for (int i = 1; i <= gap; i++) {
      if (!isSeparator(text[at + i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSeparator(byte b) {
    return (b <= ' ' && b >= 0) || b == '.' || b == '-' || b == ',' || b == '|' || b == '_' || b == '"' || b == '\'' || b == '*';
  }
}
