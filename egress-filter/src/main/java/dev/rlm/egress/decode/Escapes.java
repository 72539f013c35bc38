package dev.rlm.egress.decode;

import dev.rlm.egress.scan.Bytes;
import java.util.function.Consumer;

/**
 * Finds stretches in which characters stand as escapes of addresses, strings or markup, and reads
 * them.
 */
final class Escapes {

  private static final int FEWEST = 4;
  private static final int GAP = 24;

  private Escapes() {}

  static void find(byte[] text, int to, Consumer<Decoded> found) {
    int first = -1;
    int last = 0;
    int count = 0;
    for (int i = 0; i < to; i++) {
      byte b = text[i];
      if (b != '%' && b != '\\' && b != '&') {
        continue;
      }
      int length = length(text, i, to);
      if (length == 0) {
        continue;
      }
      if (first >= 0 && i - last > GAP && !isInRun(text, last, i)) {
        offer(text, first, last, to, count, found);
        first = -1;
        count = 0;
      }
      if (first < 0) {
        first = i;
      }
      count++;
      i += length - 1;
      last = i + 1;
    }
    if (first >= 0) {
      offer(text, first, last, to, count, found);
    }
  }

  /** Whether escapes stand in one encoded run, which in parts would look like something else. */
  private static boolean isInRun(byte[] text, int from, int to) {
    int i = from;
    while (i < to && Bytes.isToken(text[i])) {
      i++;
    }
    return i == to;
  }

  private static void offer(
      byte[] text, int first, int last, int to, int count, Consumer<Decoded> found) {
    if (count < FEWEST) {
      return;
    }
    int from = Math.max(0, first - GAP * 2);
    int end = Math.min(to, last + GAP * 4);
    Decoded out = new Decoded("escapes", end - from);
    int i = from;
    while (i < end) {
      int length = length(text, i, end);
      if (length == 0) {
        out.add(text[i], i, i + 1);
        i++;
      } else {
        out.add(value(text, i, length), i, i + length);
        i += length;
      }
    }
    found.accept(out);
  }

  /** How many bytes an escape of a character of one byte has; 0 when there is none. */
  private static int length(byte[] text, int at, int to) {
    switch (text[at]) {
      case '%' -> {
        return isHex(text, at + 1, 2, to) ? 3 : 0;
      }
      case '\\' -> {
        if (at + 1 < to && text[at + 1] == 'x') {
          return isHex(text, at + 2, 2, to) ? 4 : 0;
        }
        if (at + 1 < to && text[at + 1] == 'u') {
          return isHex(text, at + 2, 4, to) && text[at + 2] == '0' && text[at + 3] == '0' ? 6 : 0;
        }
        return isOctal(text, at + 1, to) ? 4 : 0;
      }
      case '&' -> {
        return entity(text, at, to);
      }
      default -> {
        return 0;
      }
    }
  }

  private static int value(byte[] text, int at, int length) {
    boolean octal = text[at] == '\\' && Character.digit(text[at + 1], 8) >= 0;
    int radix = octal ? 8 : 16;
    int from = octal || text[at] == '%' ? at + 1 : at + 2;
    int end = at + length;
    if (text[at] == '&') {
      boolean hex = (text[at + 2] | 0x20) == 'x';
      radix = hex ? 16 : 10;
      from = hex ? at + 3 : at + 2;
      end--;
    }
    int value = 0;
    for (int i = from; i < end; i++) {
      value = value * radix + Character.digit(text[i], radix);
    }
    return value & 0xff;
  }

  private static boolean isHex(byte[] text, int from, int digits, int to) {
    if (from + digits > to) {
      return false;
    }
    for (int i = from; i < from + digits; i++) {
      if (Character.digit(text[i], 16) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOctal(byte[] text, int from, int to) {
    return from + 3 <= to
        && text[from] >= '0'
        && text[from] <= '3'
        && Character.digit(text[from + 1], 8) >= 0
        && Character.digit(text[from + 2], 8) >= 0;
  }

  private static int entity(byte[] text, int at, int to) {
    if (at + 3 >= to || text[at + 1] != '#') {
      return 0;
    }
    boolean hex = (text[at + 2] | 0x20) == 'x';
    for (int i = hex ? at + 3 : at + 2; i < Math.min(to, at + 8); i++) {
      if (text[i] == ';') {
        return i > at + 2 ? i - at + 1 : 0;
      }
      if (Character.digit(text[i], hex ? 16 : 10) < 0) {
        return 0;
      }
    }
    return 0;
  }
}
