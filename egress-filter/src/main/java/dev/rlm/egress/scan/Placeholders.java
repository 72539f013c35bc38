package dev.rlm.egress.scan;

/** Values that stand where a secret would stand: one character repeated, a pattern of a few characters. */
final class Placeholders {

  private Placeholders() {}

  /** Whether a value has fewer different characters than a secret of its format would ever have. */
  static boolean isPlaceholder(byte[] text, int start, int end, int distinct) {
    long low = 0;
    long high = 0;
    int run = 1;
    int longest = 1;
    for (int i = start; i < end; i++) {
      int c = text[i] & 0x7f;
      if (c < 64) {
        low |= 1L << c;
      } else {
        high |= 1L << (c - 64);
      }
      run = i > start && text[i] == text[i - 1] ? run + 1 : 1;
      longest = Math.max(longest, run);
    }
    return Long.bitCount(low) + Long.bitCount(high) < distinct || (longest >= 7 && longest * 4 >= end - start);
  }
}
