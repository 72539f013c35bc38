package dev.rlm.egress.decode;

import dev.rlm.egress.scan.TokenRuns;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * Everything that a text may stand for. The views of one text together are at most a small multiple
 * of its length.
 */
public final class Views {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final byte[] ROTATED = new byte[256];
  private static final int LINES = 24;

  static {
    for (int b = 0; b < 256; b++) {
      int lower = b | 0x20;
      boolean letter = b < 128 && lower >= 'a' && lower <= 'z';
      ROTATED[b] = (byte) (letter ? b + (lower < 'n' ? 13 : -13) : b);
    }
  }

  private Views() {}

  /**
   * Views of stretches that give themselves away: encoded runs. Cheap enough for every byte. Long
   * runs of data that have neither a readable form nor a harmless type go to {@code opaque}.
   */
  public static void encoded(
      byte[] text, int to, TokenRuns runs, Consumer<Decoded> found, Range opaque) {
    EncodedRuns.find(text, to, runs, found, opaque);
  }

  /** Views that take a closer look: number lists, escapes, spelled and joined text. */
  public static void disguised(byte[] text, int to, Consumer<Decoded> found) {
    NumberLists.find(text, to, view -> found.accept(view.inPlace(text, to)));
    Escapes.find(text, to, found);
    Spelled.find(text, to, view -> found.accept(view.inPlace(text, to)));
    Joined.find(text, to, found);
  }

  /** Takes a range of a text. */
  @FunctionalInterface
  public interface Range {
    /** Takes the range from a place up to another. */
    void at(int start, int end);
  }

  /** Whether a decoded run begins as packed data does. */
  public static boolean isPacked(Decoded data) {
    return Packed.isPacked(data);
  }

  /**
   * Hands on what packed data holds; gives how many bytes were read, which is the limit when there
   * may be more.
   */
  public static int unpack(Decoded data, int most, Consumer<Decoded> found) {
    return Packed.inflate(data, most, found);
  }

  /** A part of a text backwards. */
  public static Decoded reversed(byte[] text, int from, int to) {
    int length = to - from;
    byte[] bytes = new byte[length];
    int i = 0;
    for (; i + Long.BYTES <= length; i += Long.BYTES) {
      LONG.set(bytes, i, Long.reverseBytes((long) LONG.get(text, to - Long.BYTES - i)));
    }
    for (; i < length; i++) {
      bytes[i] = text[to - 1 - i];
    }
    return new Decoded("reversed", bytes, length, to - 1, -1);
  }

  /** A part of a text with its letters shifted by thirteen. */
  public static Decoded rotated(byte[] text, int from, int to) {
    byte[] bytes = new byte[to - from];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = ROTATED[text[from + i] & 0xff];
    }
    return new Decoded("rot13", bytes, bytes.length, from, 1);
  }

  /** Whether many of the first lines begin with a number, a quote mark or another sign. */
  public static boolean hasPrefixes(byte[] text, int to) {
    int lines = 0;
    int prefixed = 0;
    boolean begins = true;
    for (int i = 0; i < to && lines < LINES; i++) {
      if (begins) {
        lines++;
        prefixed += isPrefix(text[i]) ? 1 : 0;
      }
      begins = text[i] == '\n';
    }
    return prefixed >= 2 && prefixed * 4 >= lines;
  }

  private static boolean isPrefix(byte b) {
    return (b >= '0' && b <= '9') || "> |:.)#-+*\t[]".indexOf(b) >= 0;
  }

  /** The text without what stands in front of its lines: numbers, quote marks, signs. */
  public static Decoded unprefixed(byte[] text, int to) {
    Decoded out = new Decoded("line-prefixes", to);
    boolean begins = true;
    for (int i = 0; i < to; i++) {
      byte b = text[i];
      if (b == '\n') {
        begins = true;
      } else if (begins && !isPrefix(b)) {
        begins = false;
      }
      if (!begins || b == '\n') {
        out.add(b, i, i + 1);
      }
    }
    return out;
  }
}
