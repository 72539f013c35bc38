package dev.rlm.egress.decode;

import java.util.Arrays;

/**
 * Digits of base 16, 32 and 64, and how they are decoded; bytes that are no digits are skipped, and
 * escapes of line breaks with them.
 */
final class Radix {

  /** Hexadecimal digits of either case. */
  static final Radix HEX = new Radix("hex", 4, "0123456789abcdef", "0123456789ABCDEF");

  /** Capital letters and the digits from 2 to 7. */
  static final Radix BASE32 = new Radix("base32", 5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");

  /** Both alphabets of base64. */
  static final Radix BASE64 =
      new Radix(
          "base64",
          6,
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

  /** Digits at the beginning of a run of base64 by which its phase is told. */
  private static final int SAMPLE = 48;

  /** Ways to divide base64 into bytes: the first digit of a run need not be the first of a group. */
  static final int PHASES = 4;

  private final String view;
  private final int bits;
  private final byte[] values = new byte[256];

  private Radix(String view, int bits, String... alphabets) {
    this.view = view;
    this.bits = bits;
    Arrays.fill(values, (byte) -1);
    for (String alphabet : alphabets) {
      for (int value = 0; value < alphabet.length(); value++) {
        values[alphabet.charAt(value)] = (byte) value;
      }
    }
  }

  /**
   * Decodes a run.
   *
   * @param skip digits that are left out at its beginning
   */
  Decoded decode(byte[] text, int from, int to, int skip) {
    int end = to;
    while (end > from && text[end - 1] == '=') {
      end--;
    }
    byte[] whole = new byte[Math.max(0, end - from - skip) * bits / 8];
    return decodeWhole(text, from + skip, end, whole)
        ? Decoded.ofDigits(view, whole, from + skip, bits)
        : decodeParts(text, from, to, skip);
  }

  /** Decodes a run in which nothing stands between the digits; tells whether that is so. */
  private boolean decodeWhole(byte[] text, int from, int to, byte[] out) {
    int length = 0;
    int buffer = 0;
    int held = 0;
    for (int i = from; i < to; i++) {
      int value = values[text[i] & 0xff];
      if (value < 0) {
        return false;
      }
      buffer = buffer << bits | value;
      held += bits;
      if (held >= 8) {
        held -= 8;
        out[length++] = (byte) (buffer >>> held);
      }
    }
    return true;
  }

  private Decoded decodeParts(byte[] text, int from, int to, int skip) {
    Decoded out = new Decoded(view, (to - from) * bits / 8 + 4);
    int left = skip;
    int buffer = 0;
    int held = 0;
    int start = from;
    for (int i = from; i < to; i++) {
      int value = values[text[i] & 0xff];
      if (value < 0) {
        i += text[i] == '\\' ? 1 : 0;
        continue;
      }
      if (left > 0) {
        left--;
        continue;
      }
      if (held == 0) {
        start = i;
      }
      buffer = buffer << bits | value;
      held += bits;
      if (held >= 8) {
        held -= 8;
        out.add(buffer >>> held, start, i + 1);
        start = i;
      }
    }
    return out;
  }

  /** How many bytes so many digits stand for, up to a limit. */
  int bytes(int digits, int most) {
    return Math.min(most, digits * bits / 8);
  }

  /** The first bytes of a decoded run, at most so many, without their places. */
  byte[] sample(byte[] text, int from, int to, int most) {
    byte[] out = new byte[bytes(to - from, most)];
    int length = 0;
    int buffer = 0;
    int held = 0;
    for (int i = from; i < to && length < out.length; i++) {
      int value = values[text[i] & 0xff];
      if (value < 0) {
        i += text[i] == '\\' ? 1 : 0;
        continue;
      }
      buffer = buffer << bits | value;
      held += bits;
      if (held >= 8) {
        held -= 8;
        out[length++] = (byte) (buffer >>> held);
      }
    }
    return length == out.length ? out : Arrays.copyOf(out, length);
  }

  /**
   * Phases of base64 under which the beginning of a run reads as text or as packed data, as bits:
   * usually one, or none.
   */
  static int likelyPhases(byte[] text, int from, int to) {
    byte[] digits = new byte[SAMPLE];
    int count = 0;
    for (int i = from; i < to && count < SAMPLE; i++) {
      byte value = BASE64.values[text[i] & 0xff];
      if (value >= 0) {
        digits[count++] = value;
      } else if (text[i] == '\\') {
        i++;
      }
    }
    int likely = 0;
    for (int phase = 0; phase < PHASES; phase++) {
      likely |= isLikely(digits, count, phase) ? 1 << phase : 0;
    }
    return likely;
  }

  private static boolean isLikely(byte[] digits, int count, int phase) {
    int bytes = (count - phase) * 6 / 8;
    if (bytes <= 8) {
      return false;
    }
    int first = digits[phase] << 10 | digits[phase + 1] << 4 | digits[phase + 2] >>> 2;
    return Packed.isPacked(first) || readsAsText(digits, count, phase, bytes);
  }

  private static boolean readsAsText(byte[] digits, int count, int phase, int bytes) {
    int strange = bytes * (100 - Legible.PERCENT) / 100;
    int buffer = 0;
    int held = 0;
    int before = 0;
    for (int i = phase; i < count; i++) {
      buffer = buffer << 6 | digits[i];
      held += 6;
      if (held >= 8) {
        held -= 8;
        byte b = (byte) (buffer >>> held);
        strange -= Legible.isPlain(b) || (b & before) < 0 ? 0 : 1;
        if (strange < 0) {
          return false;
        }
        before = b;
      }
    }
    return true;
  }
}
