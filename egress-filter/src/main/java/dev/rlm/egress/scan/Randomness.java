package dev.rlm.egress.scan;

/** Measures whether a token looks random. */
final class Randomness {

  private Randomness() {}

  static boolean looksRandom(byte[] text, int start, int end) {
    int upper = 0;
    int lower = 0;
    int digit = 0;
    int changes = 0;
    int last = 0;
    for (int i = start; i < end; i++) {
      int kind = Bytes.isDigit(text[i]) ? 1 : Bytes.isUpper(text[i]) ? 2 : Bytes.isLower(text[i]) ? 3 : 4;
      switch (kind) {
        case 1 -> digit++;
        case 2 -> upper++;
        case 3 -> lower++;
        default -> {}
      }
      if (kind != last) {
        changes++;
      }
      last = kind;
    }
    int length = end - start;
    return digit >= 2
        && upper >= 2
        && lower >= 2
        && changes * 5 >= length * 2
        && entropy(text, start, end) >= 0.83 * Math.log(length) / Math.log(2);
  }

  /** Shannon entropy in bits per character. */
  static double entropy(byte[] text, int start, int end) {
    int[] counts = new int[256];
    for (int i = start; i < end; i++) {
      counts[text[i] & 0xff]++;
    }
    double sum = 0;
    int length = end - start;
    for (int count : counts) {
      if (count > 0) {
        sum += count * Math.log(count);
      }
    }
    return (Math.log(length) - sum / length) / Math.log(2);
  }
}
