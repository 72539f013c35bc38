package dev.rlm.egress.scan;

/** What a token is made of: counts by class of character, and how often the class changes. */
record Profile(
    int length, int upper, int lower, int digits, int others, int changes, int hex, int distinct) {

  private static final int UPPER = 0;
  private static final int LOWER = 16;
  private static final int DIGIT = 32;
  private static final int HEX = 48;

  /** A count of each class is 16 bits wide. */
  private static final int MOST = (1 << 16) - 1;

  /** What a byte adds to the counts, and in which class it is: tables, for a branch is a guess. */
  private static final long[] COUNTS = new long[256];

  private static final byte[] KIND = new byte[256];

  static {
    for (int i = 0; i < 256; i++) {
      byte b = (byte) i;
      long hex = Bytes.isHex(b) ? 1L << HEX : 0;
      KIND[i] = (byte) (Bytes.isDigit(b) ? 1 : Bytes.isLower(b) ? 2 : Bytes.isUpper(b) ? 3 : 4);
      COUNTS[i] =
          switch (KIND[i]) {
            case 1 -> hex | 1L << DIGIT;
            case 2 -> hex | 1L << LOWER;
            case 3 -> hex | 1L << UPPER;
            default -> hex;
          };
    }
  }

  /** How many bytes of each class there are, without a look at their order. */
  record Counts(int length, int upper, int lower, int digits, int hex) {

    /** Counts the first {@value #MOST} bytes of a token. */
    static Counts of(byte[] text, int start, int end) {
      int to = Math.min(end, start + MOST);
      long counts = 0;
      for (int i = start; i < to; i++) {
        counts += COUNTS[text[i] & 0xff];
      }
      return new Counts(
          to - start,
          (int) (counts >>> UPPER) & MOST,
          (int) (counts >>> LOWER) & MOST,
          (int) (counts >>> DIGIT) & MOST,
          (int) (counts >>> HEX));
    }

    boolean allHex() {
      return hex == length && (upper == 0 || lower == 0);
    }
  }

  /** Looks at a token, of which the first {@value #MOST} bytes are counted. */
  static Profile of(byte[] text, int start, int end) {
    int to = Math.min(end, start + MOST);
    long counts = 0;
    int changes = 0;
    long low = 0;
    long high = 0;
    int last = start < to ? KIND[text[start] & 0xff] : 0;
    for (int i = start; i < to; i++) {
      int b = text[i] & 0xff;
      counts += COUNTS[b];
      int kind = KIND[b];
      changes += kind == last ? 0 : 1;
      last = kind;
      // The symbol's bit, in one half of the set or the other.
      long upperHalf = -(long) (b >>> 6 & 1);
      low |= 1L << b & ~upperHalf;
      high |= 1L << b & upperHalf;
    }
    int upper = (int) (counts >>> UPPER) & MOST;
    int lower = (int) (counts >>> LOWER) & MOST;
    int digits = (int) (counts >>> DIGIT) & MOST;
    return new Profile(
        to - start,
        upper,
        lower,
        digits,
        to - start - upper - lower - digits,
        changes,
        (int) (counts >>> HEX),
        Long.bitCount(low) + Long.bitCount(high));
  }

  int letters() {
    return upper + lower;
  }

  boolean allHex() {
    return hex == length && (upper == 0 || lower == 0);
  }

  boolean mixedCase() {
    return upper > 0 && lower > 0;
  }
}
