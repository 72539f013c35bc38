package dev.rlm.egress.echo;

/** The canonical form of text: letters and digits without case, everything else dropped. A symbol of 0 stands for a dropped byte. */
final class Canonical {

  private static final byte[] SYMBOL = new byte[256];

  static {
    for (int c = 'a'; c <= 'z'; c++) {
      SYMBOL[c] = (byte) (c - 'a' + 1);
      SYMBOL[c - 32] = SYMBOL[c];
    }
    for (int c = '0'; c <= '9'; c++) {
      SYMBOL[c] = (byte) (c - '0' + 27);
    }
    for (int c = 128; c < 256; c++) {
      // Bytes of other scripts stand for themselves, so that text in any language can be indexed.
      SYMBOL[c] = (byte) c;
    }
  }

  private Canonical() {}

  static byte symbol(byte b) {
    return SYMBOL[b & 0xff];
  }

  /** Writes the symbols of a text and their places; gives their number. */
  static int symbols(byte[] text, int to, byte[] symbols, int[] places) {
    int n = 0;
    for (int i = 0; i < to; i++) {
      byte symbol = SYMBOL[text[i] & 0xff];
      symbols[n] = symbol;
      places[n] = i;
      if (symbol != 0) {
        n++;
      }
    }
    return n;
  }
}
