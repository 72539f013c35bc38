package dev.rlm.egress.decode;

import java.util.function.Consumer;

/** Everything that a text may stand for. The views of one text together are at most a small multiple of its length. */
public final class Views {

  private Views() {}

  /**
   * Views of stretches that give themselves away: encoded runs. Cheap enough for every byte. Long runs of data that have neither a
   * readable form nor a harmless type go to {@code opaque}.
   */
  public static void encoded(byte[] text, int to, Consumer<Decoded> found, Consumer<Decoded> opaque) {
    EncodedRuns.find(text, to, found, opaque);
  }

  /** Views that take a closer look: number lists, escapes, spelled and joined text. */
  public static void disguised(byte[] text, int to, Consumer<Decoded> found) {
    NumberLists.find(text, to, view -> found.accept(view.inPlace(text, to)));
    Escapes.find(text, to, found);
    Spelled.find(text, to, view -> found.accept(view.inPlace(text, to)));
    Joined.find(text, to, found);
  }

  /** What a decoded run holds when it is packed. */
  public static void packed(Decoded data, Consumer<Decoded> found) {
    if (Packed.isPacked(data)) {
      Packed.inflate(data, found);
    }
  }

  /** The text backwards. */
  public static Decoded reversed(byte[] text, int to) {
    Decoded out = new Decoded("reversed", to);
    for (int i = to - 1; i >= 0; i--) {
      out.add(text[i], i, i + 1);
    }
    return out;
  }

  /** The text with its letters shifted by thirteen. */
  public static Decoded rotated(byte[] text, int to) {
    Decoded out = new Decoded("rot13", to);
    for (int i = 0; i < to; i++) {
      byte b = text[i];
      int lower = b | 0x20;
      if (lower >= 'a' && lower <= 'z' && b > 0) {
        b += (byte) (lower < 'n' ? 13 : -13);
      }
      out.add(b, i, i + 1);
    }
    return out;
  }

  /** Every so-many-th byte, from an offset on. */
  public static Decoded strided(byte[] text, int to, int stride, int offset) {
    Decoded out = new Decoded("interleaved", to / stride + 1);
    for (int i = offset; i < to; i += stride) {
      out.add(text[i], i, i + 1);
    }
    return out;
  }

  /** The words in opposite order. */
  public static Decoded wordsReversed(byte[] text, int to) {
    Decoded out = new Decoded("words-reversed", to + 1);
    int end = to;
    while (end > 0) {
      int start = end;
      while (start > 0 && text[start - 1] > ' ') {
        start--;
      }
      for (int i = start; i < end; i++) {
        out.add(text[i], i, i + 1);
      }
      end = start;
      while (end > 0 && text[end - 1] <= ' ' && text[end - 1] >= 0) {
        end--;
        out.add(text[end], end, end + 1);
      }
      if (start == end && end > 0) {
        end--;
      }
    }
    return out;
  }

  /** The text without what stands in front of its lines: numbers, quote marks, signs. */
  public static Decoded unprefixed(byte[] text, int to) {
    Decoded out = new Decoded("line-prefixes", to);
    boolean begins = true;
    for (int i = 0; i < to; i++) {
      byte b = text[i];
      boolean prefix = (b >= '0' && b <= '9') || "> |:.)#-+*\t[]".indexOf(b) >= 0;
      if (b == '\n') {
        begins = true;
      } else if (begins && !prefix) {
        begins = false;
      }
      if (!begins || b == '\n') {
        out.add(b, i, i + 1);
      }
    }
    return out;
  }
}
