package dev.rlm.engine.execution;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Decodes UTF-8 that comes in pieces: a character that a piece cuts in two comes with the next. Used by one thread at a time. */
final class Utf8Pieces {

  private byte[] rest = new byte[0];

  String decode(byte[] piece) {
    byte[] all = Arrays.copyOf(rest, rest.length + piece.length);
    System.arraycopy(piece, 0, all, rest.length, piece.length);
    int whole = all.length - unfinished(all);
    rest = Arrays.copyOfRange(all, whole, all.length);
    return new String(all, 0, whole, StandardCharsets.UTF_8);
  }

  /** Returns how many bytes at the end are the beginning of a character. */
  private static int unfinished(byte[] bytes) {
    for (int back = 1; back <= Math.min(3, bytes.length); back++) {
      int b = bytes[bytes.length - back] & 0xff;
      if (b >= 0xc0) {
        int needed = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
        return needed > back ? back : 0;
      }
      if (b < 0x80) {
        return 0;
      }
    }
    return 0;
  }
}
