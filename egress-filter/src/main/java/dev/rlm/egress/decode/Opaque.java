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

  /** Takes the beginning of the data, at most {@value #SAMPLE} bytes. */
  static boolean isOpaque(byte[] data) {
    if (data.length < SHORTEST_BYTES
        || Packed.isPacked(data, data.length)
        || Legible.isText(data, data.length)) {
      return false;
    }
    for (String magic : HARMLESS) {
      boolean same = true;
      for (int i = 0; i < magic.length() && same; i++) {
        same = (data[i] & 0xff) == magic.charAt(i);
      }
      if (same) {
        return false;
      }
    }
    return Bytes.entropy(data, 0, data.length) >= RANDOM_BITS - (data.length < 1024 ? 0.4 : 0);
  }
}
