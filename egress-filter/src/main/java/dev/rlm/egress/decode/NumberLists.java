package dev.rlm.egress.decode;

import java.util.function.Consumer;

/**
 * Finds lists of numbers that stand for characters: decimal, hexadecimal, octal or binary, with any
 * separators.
 */
final class NumberLists {

  private static final int SHORTEST = 40;
  private static final int FEWEST = 12;
  private static final boolean[] PART = new boolean[256];

  static {
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
  }

  /** Reads numbers as long as they fit; a sequence of enough of them is offered. */
  private static void decode(byte[] text, int start, int end, Base base, Consumer<Decoded> found) {
    Decoded out = new Decoded("numbers", (end - start) / 4 + 8);
    int i = start;
    while (i < end) {
      while (i < end && Character.digit(text[i], 16) < 0) {
        i++;
      }
      int from = i;
      if (i + 1 < end && text[i] == '0' && (text[i + 1] | 0x20) == 'x') {
        i += 2;
      }
      int digits = i;
      int value = 0;
      boolean fits = true;
      while (i < end && Character.digit(text[i], 16) >= 0) {
        int digit = Character.digit(text[i], base.radix);
        fits &= digit >= 0;
        value = Math.min(1 << 20, value * base.radix + Math.max(0, digit));
        i++;
      }
      fits &=
          i - digits >= base.fewestDigits
              && i - digits <= base.mostDigits
              && value > 0
              && value < 256;
      if (fits) {
        out.add(value, from, i);
      } else if (i > digits) {
        offer(out, found);
        out = new Decoded("numbers", 64);
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
