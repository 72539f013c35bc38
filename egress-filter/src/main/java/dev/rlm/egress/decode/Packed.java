package dev.rlm.egress.decode;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates zlib, gzip and raw deflate data, up to a limit. What comes out stands for the packed
 * data as a whole.
 */
final class Packed {

  private static final int LARGEST = 1 << 20;
  private static final int BUFFER = 8 << 10;
  private static final int FEWEST = 6;

  private Packed() {}

  static boolean isPacked(Decoded data) {
    return isPacked(data.bytes(), data.length());
  }

  static boolean isPacked(byte[] data, int length) {
    return length >= 8 && isPacked((data[0] & 0xff) << 8 | (data[1] & 0xff));
  }

  /** Whether packed data begins with two bytes. */
  static boolean isPacked(int firstTwo) {
    return isGzip(firstTwo >>> 8, firstTwo & 0xff) || isZlib(firstTwo >>> 8, firstTwo & 0xff);
  }

  private static boolean isGzip(int first, int second) {
    return first == 0x1f && second == 0x8b;
  }

  private static boolean isZlib(int first, int second) {
    return (first & 0x0f) == 8
        && first >> 4 <= 7
        && (first << 8 | second) % 31 == 0
        && (second & 0x20) == 0;
  }

  /**
   * Inflates what a decoded run holds and hands it on, when it is packed and sound at least at its
   * beginning. Gives how many bytes came out, which is the limit when there may be more: then
   * nothing is handed on.
   */
  static int inflate(Decoded data, int most, Consumer<Decoded> found) {
    boolean gzip = isGzip(data.bytes()[0] & 0xff, data.bytes()[1] & 0xff);
    int from = gzip ? headerEnd(data) : 0;
    if (from < 0) {
      return 0;
    }
    int limit = Math.min(most, LARGEST);
    byte[] out = new byte[Math.min(limit, BUFFER)];
    int length = 0;
    Inflater inflater = new Inflater(gzip);
    try {
      inflater.setInput(data.bytes(), from, data.length() - from);
      while (length < limit) {
        if (length == out.length) {
          out = Arrays.copyOf(out, Math.min(limit, length * 4));
        }
        int n = inflater.inflate(out, length, out.length - length);
        if (n == 0) {
          break;
        }
        length += n;
      }
    } catch (DataFormatException broken) {
      // Cut or damaged: what came out before is looked at all the same.
      length = Math.min(length, limit - 1);
    } finally {
      inflater.end();
    }
    if (length >= limit) {
      return most;
    }
    if (length >= FEWEST) {
      found.accept(Decoded.ofWhole(gzip ? "gzip" : "zlib", out, length, data.length()));
    }
    return length;
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
