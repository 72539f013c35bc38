package dev.rlm.egress.decode;

import java.util.function.Consumer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Inflates zlib, gzip and raw deflate data, up to a limit. What comes out stands for the packed data as a whole. */
final class Packed {

  private static final int LARGEST = 1 << 20;
  private static final int HIGHEST_RATIO = 200;

  private Packed() {}

  static boolean isPacked(Decoded data) {
    if (data.length() < 8) {
      return false;
    }
    int first = data.bytes()[0] & 0xff;
    int second = data.bytes()[1] & 0xff;
    return isGzip(first, second) || isZlib(first, second);
  }

  private static boolean isGzip(int first, int second) {
    return first == 0x1f && second == 0x8b;
  }

  private static boolean isZlib(int first, int second) {
    return (first & 0x0f) == 8 && first >> 4 <= 7 && (first << 8 | second) % 31 == 0 && (second & 0x20) == 0;
  }

  /** Inflates what a decoded run holds and hands it on, when it is packed and sound at least at its beginning. */
  static void inflate(Decoded data, Consumer<Decoded> found) {
    boolean gzip = isGzip(data.bytes()[0] & 0xff, data.bytes()[1] & 0xff);
    int from = gzip ? headerEnd(data) : 0;
    if (from < 0) {
      return;
    }
    Inflater inflater = new Inflater(gzip);
    try {
      inflater.setInput(data.bytes(), from, data.length() - from);
      int limit = (int) Math.min(LARGEST, (long) data.length() * HIGHEST_RATIO);
      byte[] buffer = new byte[Math.min(limit, 64 << 10)];
      Decoded out = new Decoded(gzip ? "gzip" : "zlib", Math.min(limit, data.length() * 4));
      while (out.length() < limit) {
        int n = inflater.inflate(buffer);
        if (n == 0) {
          break;
        }
        for (int i = 0; i < n && out.length() < limit; i++) {
          out.add(buffer[i], 0, data.length());
        }
      }
      if (out.length() >= 6) {
        found.accept(out);
      }
    } catch (DataFormatException broken) {
      // Not packed after all, or cut: there is nothing to look at.
      return;
    } finally {
      inflater.end();
    }
  }

  private static int headerEnd(Decoded data) {
    byte[] bytes = data.bytes();
    int flags = bytes[3];
    int at = 10;
    if ((flags & 4) != 0) {
      at += data.length() > 12 ? 2 + (bytes[10] & 0xff) + ((bytes[11] & 0xff) << 8) : 2;
    }
    for (int bit = 8; bit <= 16; bit <<= 1) {
      if ((flags & bit) != 0) {
        while (at < data.length() && bytes[at] != 0) {
          at++;
        }
        at++;
      }
    }
    at += (flags & 2) != 0 ? 2 : 0;
    return at < data.length() ? at : -1;
  }
}
