package dev.rlm.egress.decode;

import dev.rlm.egress.scan.Bytes;

/**
 * Tells whether a long encoded run is data without a readable form or a harmless type, and so might
 * be anything in a private code.
 */
final class Opaque {

  static final int SHORTEST_BYTES = 256;
  static final int SAMPLE = 4096;
  private static final double RANDOM_BITS = 7.2;
  private static final String[] HARMLESS = {
    "\u0089PNG",
    "\u00ff\u00d8\u00ff",
    "GIF8",
    "wOFF",
    "wOF2",
    "RIFF",
    "%PDF",
    "\u0000\u0001\u0000\u0000",
    "0\u0082",
    "BM",
    "\u0000\u0000\u0000\u001cftyp"
  };

  private Opaque() {}

  static boolean isOpaque(Decoded data) {
    if (data.length() < SHORTEST_BYTES || Packed.isPacked(data) || data.isText()) {
      return false;
    }
    for (String magic : HARMLESS) {
      boolean same = true;
      for (int i = 0; i < magic.length() && same; i++) {
        same = (data.bytes()[i] & 0xff) == magic.charAt(i);
      }
      if (same) {
        return false;
      }
    }
    return bits(data) >= RANDOM_BITS - (data.length() < 1024 ? 0.4 : 0);
  }

  private static double bits(Decoded data) {
    int length = Math.min(SAMPLE, data.length());
    return Bytes.entropy(data.bytes(), 0, length);
  }
}
