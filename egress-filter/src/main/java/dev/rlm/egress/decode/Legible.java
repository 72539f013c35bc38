package dev.rlm.egress.decode;

/** Tells text from other bytes. */
final class Legible {

  /** How much of a text is printable at least. */
  static final int PERCENT = 88;

  /** Bytes by which text is told. */
  static final int SAMPLE = 4096;

  private static final byte[] PLAIN = new byte[256];

  static {
    for (int b = ' '; b < 127; b++) {
      PLAIN[b] = 1;
    }
    PLAIN['\n'] = 1;
    PLAIN['\t'] = 1;
    PLAIN['\r'] = 1;
  }

  private Legible() {}

  /** Whether a byte is a printable character by itself. */
  static boolean isPlain(byte b) {
    return PLAIN[b & 0xff] != 0;
  }

  /** Whether most of it is text, so that detectors for text make sense. */
  static boolean isText(byte[] bytes, int length) {
    int sample = Math.min(length, SAMPLE);
    return printable(bytes, length, sample) * 100 >= sample * PERCENT;
  }

  /**
   * Whether bytes may begin a text of at most so many more: not when there is more in them that is
   * not printable than such a text may hold.
   */
  static boolean mayBeText(byte[] head, int most) {
    // What follows the last one might make it part of a character.
    int seen = Math.max(0, head.length - 1);
    int strange = seen - printable(head, head.length, seen);
    return strange * 100 <= most * (100 - PERCENT);
  }

  /**
   * How many of the first bytes are printable; beyond ASCII those count that do not stand alone.
   * Without a branch on what they are, for in encoded data none could be foretold.
   */
  static int printable(byte[] bytes, int length, int first) {
    int count = 0;
    int before = 0;
    int to = Math.min(first, length);
    for (int i = 0; i < to; i++) {
      int b = bytes[i];
      int after = i + 1 < length ? bytes[i + 1] : 0;
      count += PLAIN[b & 0xff] + ((b & (before | after)) >>> 31);
      before = b;
    }
    return count;
  }
}
