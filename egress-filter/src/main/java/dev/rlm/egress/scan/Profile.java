package dev.rlm.egress.scan;

/** What a token is made of: counts by class of character, and how often the class changes. */
record Profile(
    int length, int upper, int lower, int digits, int others, int changes, int hex, int distinct) {

  static Profile of(byte[] text, int start, int end) {
    int upper = 0;
    int lower = 0;
    int digits = 0;
    int others = 0;
    int changes = 0;
    int hex = 0;
    int last = 0;
    long low = 0;
    long high = 0;
    for (int i = start; i < end; i++) {
      byte b = text[i];
      int kind;
      if (Bytes.isDigit(b)) {
        digits++;
        kind = 1;
      } else if (Bytes.isLower(b)) {
        lower++;
        kind = 2;
      } else if (Bytes.isUpper(b)) {
        upper++;
        kind = 3;
      } else {
        others++;
        kind = 4;
      }
      if (Bytes.isHex(b)) {
        hex++;
      }
      if (kind != last && i > start) {
        changes++;
      }
      last = kind;
      int c = b & 0x7f;
      if (c < 64) {
        low |= 1L << c;
      } else {
        high |= 1L << (c - 64);
      }
    }
    return new Profile(
        end - start,
        upper,
        lower,
        digits,
        others,
        changes,
        hex,
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
