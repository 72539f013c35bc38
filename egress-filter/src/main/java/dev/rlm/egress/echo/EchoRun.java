package dev.rlm.egress.echo;

import java.util.List;

/**
 * A run of symbols that stands in the context, perhaps backwards or with its letters shifted.
 *
 * @param start first symbol in the examined text
 * @param end symbol after the last
 * @param backwards whether it stands there backwards
 * @param shift by how much its letters are shifted, modulo 26
 */
record EchoRun(int start, int end, boolean backwards, int shift) {

  static final EchoRun NONE = new EchoRun(0, 0, false, 0);

  int length() {
    return end - start;
  }

  List<String> chain() {
    if (shift == 0) {
      return backwards ? List.of("reversed") : List.of();
    }
    return backwards ? List.of("reversed", "shifted") : List.of("shifted");
  }

  /**
   * The longest run around a window that may equal another of the context; compares real symbols in
   * both directions.
   */
  static EchoRun around(
      ContextText context, Surroundings there, int window, byte[] symbols, int count, int at) {
    if (window + Steps.WINDOW >= there.count) {
      return NONE;
    }
    int forwards = shift(there.symbols, window, symbols, at, 1);
    if (forwards >= 0) {
      return extend(context, there, window, symbols, count, at, false, forwards);
    }
    int backwards = shift(there.symbols, window, symbols, at + Steps.WINDOW, -1);
    return backwards >= 0
        ? extend(context, there, window, symbols, count, at, true, backwards)
        : NONE;
  }

  /** The shift under which a window of the context equals the text, or -1. */
  private static int shift(byte[] theirSymbols, int window, byte[] symbols, int at, int direction) {
    int shift = -1;
    for (int i = 0; i <= Steps.WINDOW; i++) {
      int ours = symbols[at + i * direction];
      int theirs = theirSymbols[window + i];
      if (Symbols.isLetter(ours) && Symbols.isLetter(theirs)) {
        int difference = (ours - theirs + 26) % 26;
        if (shift < 0) {
          shift = difference;
        } else if (shift != difference) {
          return -1;
        }
      } else if (ours != theirs) {
        return -1;
      }
    }
    return Math.max(shift, 0);
  }

  private static EchoRun extend(
      ContextText context,
      Surroundings there,
      int window,
      byte[] symbols,
      int count,
      int at,
      boolean backwards,
      int shift) {
    int before = 0;
    int after = 0;
    int ahead = backwards ? -1 : 1;
    int first = backwards ? at + Steps.WINDOW : at;
    int last = backwards ? at : at + Steps.WINDOW;
    int i = window + Steps.WINDOW + 1;
    while (i < there.count
        && within(last + ahead * (after + 1), count)
        && same(symbols[last + ahead * (after + 1)], there.symbols[i], shift)) {
      after++;
      i++;
    }
    if (i == there.count) {
      ContextReader reader = new ContextReader(context, there.end(), true);
      while (within(last + ahead * (after + 1), count)
          && same(symbols[last + ahead * (after + 1)], reader.next(), shift)) {
        after++;
      }
    }
    i = window - 1;
    while (i >= 0
        && within(first - ahead * (before + 1), count)
        && same(symbols[first - ahead * (before + 1)], there.symbols[i], shift)) {
      before++;
      i--;
    }
    if (i < 0) {
      ContextReader reader = new ContextReader(context, there.start(), false);
      while (within(first - ahead * (before + 1), count)
          && same(symbols[first - ahead * (before + 1)], reader.next(), shift)) {
        before++;
      }
    }
    return backwards
        ? new EchoRun(at - after, at + Steps.WINDOW + 1 + before, true, shift)
        : new EchoRun(at - before, at + Steps.WINDOW + 1 + after, false, shift);
  }

  private static boolean within(int index, int count) {
    return index >= 0 && index < count;
  }

  private static boolean same(int ours, int theirs, int shift) {
    if (Symbols.isLetter(ours) && Symbols.isLetter(theirs)) {
      return (ours - theirs + 26) % 26 == shift;
    }
    return ours == theirs;
  }
}
