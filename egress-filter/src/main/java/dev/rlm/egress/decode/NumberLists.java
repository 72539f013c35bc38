package dev.rlm.egress.decode;

import java.util.function.Consumer;

/**
 * Finds lists of numbers that stand for characters: decimal, hexadecimal, octal or binary, with any
 * separators.
 */
final class NumberLists {

  private static final int SHORTEST = 40;
  private static final int FEWEST = 12;
  private static final int INITIAL = 64;
  private static final boolean[] PART = new boolean[256];
  private static final byte[] DIGIT = new byte[256];

  static {
    for (int b = 0; b < 256; b++) {
      DIGIT[b] = (byte) Character.digit(b < 128 ? b : -1, 16);
    }
    for (char c : "0123456789abcdefABCDEFxXuU,;: \t\r\n\\[](){}\"'|-&#%".toCharArray()) {
      PART[c] = true;
    }
  }

  private NumberLists() {}

  static void find(byte[] text, int to, Consumer<Decoded> found) {
    int at = 0;
    while (at + SHORTEST <= to) {
      int probe = at + SHORTEST - 1;
      if (!PART[text[probe] & 0xff]) {
        at = probe + 1;
        continue;
      }
      int start = probe;
      while (start > at && PART[text[start - 1] & 0xff]) {
        start--;
      }
      int end = probe + 1;
      while (end < to && PART[text[end] & 0xff]) {
        end++;
      }
      if (end - start >= SHORTEST) {
        for (Base base : Base.values()) {
          decode(text, start, end, base, found);
        }
      }
      at = end + 1;
    }
  }

  /** A way to write a byte as a number. */
  private enum Base {
    HEX(16, 2, 2),
    DECIMAL(10, 1, 3),
    OCTAL(8, 3, 3),
    BINARY(2, 7, 8),
    UNICODE(16, 4, 4);

    final int radix;
    final int fewestDigits;
    final int mostDigits;

    Base(int radix, int fewestDigits, int mostDigits) {
      this.radix = radix;
      this.fewestDigits = fewestDigits;
      this.mostDigits = mostDigits;
    }

    /** The byte that digits stand for; 0 when they stand for none. */
    int value(byte[] text, int from, int to) {
      if (to - from < fewestDigits || to - from > mostDigits) {
        return 0;
      }
      int value = 0;
      for (int i = from; i < to; i++) {
        int digit = DIGIT[text[i] & 0xff];
        if (digit >= radix) {
          return 0;
        }
        value = value * radix + digit;
      }
      return value < 256 ? value : 0;
    }
  }

  /** Reads numbers as long as they fit; a sequence of enough of them is offered. */
  private static void decode(byte[] text, int start, int end, Base base, Consumer<Decoded> found) {
    Decoded out = new Decoded("numbers", INITIAL);
    int i = start;
    while (i < end) {
      while (i < end && DIGIT[text[i] & 0xff] < 0) {
        i++;
      }
      int from = i;
      if (i + 1 < end && text[i] == '0' && (text[i + 1] | 0x20) == 'x') {
        i += 2;
      }
      int digits = i;
      while (i < end && DIGIT[text[i] & 0xff] >= 0) {
        i++;
      }
      int value = base.value(text, digits, i);
      if (value > 0) {
        out.add(value, from, i);
      } else if (i > digits && out.length() > 0) {
        offer(out, found);
        out = new Decoded("numbers", INITIAL);
      }
    }
    offer(out, found);
  }

  private static void offer(Decoded out, Consumer<Decoded> found) {
    if (out.length() >= FEWEST
        && (out.printable(256) * 100 >= Math.min(256, out.length()) * 95 || Packed.isPacked(out))) {
      found.accept(out);
    }
  }
}
