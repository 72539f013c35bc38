package dev.rlm.egress.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Decodes digits of base 16, 32 and 64; bytes that are no digits are skipped. */
final class Radix {

  private static final int SAMPLE = 48;
  private static final byte[] VALUE = new byte[256];
  private static final byte[] HEX = new byte[256];

  static {
    Arrays.fill(VALUE, (byte) -1);
    for (int b = 0; b < 256; b++) {
      HEX[b] = (byte) Character.digit(b, 16);
    }
    for (int i = 0; i < 26; i++) {
      VALUE['A' + i] = (byte) i;
      VALUE['a' + i] = (byte) (26 + i);
    }
    for (int i = 0; i < 10; i++) {
      VALUE['0' + i] = (byte) (52 + i);
    }
    VALUE['+'] = 62;
    VALUE['-'] = 62;
    VALUE['/'] = 63;
    VALUE['_'] = 63;
  }

  private Radix() {}

  /**
   * Phases of base64 under which the beginning of a run reads as text or as packed data: usually
   * one, or none.
   */
  static List<Integer> likelyPhases(byte[] text, int from, int to) {
    byte[] digits = new byte[SAMPLE];
    int count = 0;
    for (int i = from; i < to && count < SAMPLE; i++) {
      byte value = VALUE[text[i] & 0xff];
      if (value >= 0) {
        digits[count++] = value;
      } else if (text[i] == '\\') {
        i++;
      }
    }
    List<Integer> likely = new ArrayList<>();
    for (int phase : EncodedRuns.ALL_PHASES) {
      if (isLikely(digits, count, phase)) {
        likely.add(phase);
      }
    }
    return likely;
  }

  private static boolean isLikely(byte[] digits, int count, int phase) {
    int bytes = 0;
    int printable = 0;
    int first = 0;
    int bits = 0;
    int held = 0;
    boolean lastHigh = false;
    for (int i = phase; i < count; i++) {
      bits = bits << 6 | digits[i];
      held += 6;
      if (held >= 8) {
        held -= 8;
        int b = bits >>> held & 0xff;
        first = bytes < 2 ? first << 8 | b : first;
        printable +=
            (b >= ' ' && b < 127) || b == '\n' || b == '\t' || b == '\r' || (b >= 128 && lastHigh)
                ? 1
                : 0;
        lastHigh = b >= 128;
        bytes++;
      }
    }
    return bytes > 8 && (printable * 100 >= bytes * 88 || Packed.isPacked(first));
  }

  static Decoded base64(byte[] text, int from, int to, int phase) {
    Decoded out = new Decoded("base64", (to - from) * 3 / 4 + 4);
    int bits = 0;
    int held = 0;
    int start = from;
    int skip = phase;
    for (int i = from; i < to; i++) {
      int value = VALUE[text[i] & 0xff];
      if (value < 0) {
        i += text[i] == '\\' ? 1 : 0;
        continue;
      }
      if (skip > 0) {
        skip--;
        continue;
      }
      if (held == 0) {
        start = i;
      }
      bits = bits << 6 | value;
      held += 6;
      if (held >= 8) {
        held -= 8;
        out.add(bits >>> held, start, i + 1);
        start = i;
      }
    }
    return out;
  }

  static Decoded base32(byte[] text, int from, int to) {
    Decoded out = new Decoded("base32", (to - from) * 5 / 8 + 4);
    int bits = 0;
    int held = 0;
    int start = from;
    for (int i = from; i < to; i++) {
      byte b = text[i];
      int value = b >= 'A' && b <= 'Z' ? b - 'A' : b >= '2' && b <= '7' ? b - '2' + 26 : -1;
      if (value < 0) {
        continue;
      }
      if (held == 0) {
        start = i;
      }
      bits = bits << 5 | value;
      held += 5;
      if (held >= 8) {
        held -= 8;
        out.add(bits >>> held, start, i + 1);
        start = i;
      }
    }
    return out;
  }

  static Decoded hex(byte[] text, int from, int to) {
    Decoded out = new Decoded("hex", (to - from) / 2 + 4);
    int high = -1;
    int start = from;
    for (int i = from; i < to; i++) {
      int value = HEX[text[i] & 0xff];
      if (value < 0) {
        i += text[i] == '\\' ? 1 : 0;
      } else if (high < 0) {
        high = value;
        start = i;
      } else {
        out.add(high << 4 | value, start, i + 1);
        high = -1;
      }
    }
    return out;
  }
}
