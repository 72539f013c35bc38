package dev.rlm.egress.decode;

import dev.rlm.egress.scan.Bytes;
import dev.rlm.egress.scan.TokenRuns;
import java.util.function.Consumer;

/**
 * Finds runs of base64, base32 and hexadecimal digits, over wrapped lines too, and decodes those
 * that stand for text or packed data.
 */
final class EncodedRuns {

  private static final int SHORTEST = 24;
  private static final int WRAPPED = 32;

  /** Bytes of a run by which names and paths, which most runs are, are told from encoded data. */
  private static final int PROBE = 40;

  private static final int LONGEST = 1 << 20;

  private static final int FEWEST_BYTES = 6;

  /** Bytes that are decoded first, and a quarter of the rest: what is no text shows by then. */
  private static final int HEAD = 12;

  private EncodedRuns() {}

  static void find(
      byte[] text, int to, TokenRuns runs, Consumer<Decoded> found, Views.Range opaque) {
    int at = 0;
    for (int run = 0; run < runs.count(); run++) {
      int start = runs.start(run);
      int end = runs.end(run);
      if (start >= at && end - start >= SHORTEST) {
        end = joined(text, start, end, to);
        decode(text, start, end, found, opaque);
        at = end;
      }
    }
  }

  private static boolean isRun(byte b) {
    return Bytes.isToken(b);
  }

  private static int runEnd(byte[] text, int from, int to) {
    int end = from;
    while (end < to && isRun(text[end])) {
      end++;
    }
    return end;
  }

  /** Takes in following lines as long as each begins with a run and the line before was long. */
  private static int joined(byte[] text, int start, int firstEnd, int to) {
    int lineStart = start;
    int end = firstEnd;
    while (end - lineStart >= WRAPPED && end - start < LONGEST) {
      int next = end;
      while (next < to
          && next < end + 12
          && (text[next] == '\n'
              || text[next] == '\r'
              || text[next] == ' '
              || isEscapedBreak(text, next, to))) {
        next += isEscapedBreak(text, next, to) ? 2 : 1;
      }
      if (next == end || next >= to || text[end] == ' ' || !isRun(text[next])) {
        return end;
      }
      int nextEnd = runEnd(text, next, to);
      if (nextEnd < to && " .,:;!?'".indexOf(text[nextEnd]) >= 0) {
        // A word at the beginning of a sentence, not the next line of the block.
        return end;
      }
      lineStart = next;
      end = nextEnd;
    }
    return end;
  }

  private static boolean isEscapedBreak(byte[] text, int at, int to) {
    return text[at] == '\\' && at + 1 < to && (text[at + 1] == 'n' || text[at + 1] == 'r');
  }

  private static void decode(
      byte[] text, int start, int end, Consumer<Decoded> found, Views.Range opaque) {
    int from = start;
    // A name and an equals sign before the run belong to neither alphabet.
    for (int i = start; i < Math.min(end, start + 64); i++) {
      if (text[i] == '=' && i + SHORTEST < end && text[i + 1] != '=') {
        from = i + 1;
      }
    }
    if (Bytes.readsLikeWords(text, from, Math.min(end, from + PROBE))) {
      return;
    }
    Digits digits = Digits.of(text, from, end);
    if (digits.hex() && digits.count() >= SHORTEST && digits.count() % 2 == 0) {
      offer(Radix.HEX, text, from, end, found);
    }
    if (digits.base32() && digits.count() >= WRAPPED) {
      offer(Radix.BASE32, text, from, end, found);
    }
    if (digits.hex() && digits.count() < Opaque.SHORTEST_BYTES * 2) {
      // A digest: base64 of anything readable has other letters too.
      return;
    }
    if (digits.count() >= SHORTEST) {
      int phases = Radix.likelyPhases(text, from, end);
      for (int phase = 0; phase < Radix.PHASES; phase++) {
        if ((phases >>> phase & 1) != 0) {
          offer(Radix.BASE64.decode(text, from, end, phase), found);
        }
      }
      if (phases == 0 && digits.count() * 3 / 4 >= Opaque.SHORTEST_BYTES) {
        int sample = Math.min(end, from + Opaque.SAMPLE);
        Radix radix = digits.hex() ? Radix.HEX : Radix.BASE64;
        if (Opaque.isOpaque(radix.sample(text, from, sample, Opaque.SAMPLE))) {
          opaque.at(from, end);
        }
      }
    }
  }

  /** Decodes a run if its beginning, which is decoded for that first, is worth it: few are. */
  private static void offer(
      Radix radix, byte[] text, int from, int end, Consumer<Decoded> found) {
    int most = radix.bytes(end - from, Legible.SAMPLE);
    byte[] head = radix.sample(text, from, end, most / 4 + HEAD);
    if (!Legible.mayBeText(head, most) && !Packed.isPacked(head, head.length)) {
      return;
    }
    byte[] sample = radix.sample(text, from, end, Legible.SAMPLE + 1);
    if (isTelling(sample, sample.length)) {
      found.accept(radix.decode(text, from, end, 0));
    }
  }

  private static void offer(Decoded decoded, Consumer<Decoded> found) {
    if (isTelling(decoded.bytes(), decoded.length())) {
      found.accept(decoded);
    }
  }

  private static boolean isTelling(byte[] bytes, int length) {
    return length >= FEWEST_BYTES
        && (Legible.isText(bytes, length) || Packed.isPacked(bytes, length));
  }

  /** Which alphabets a run fits. */
  private record Digits(boolean hex, boolean base32, int count) {

    private static final int HEX = 1;
    private static final int BASE32 = 2;
    private static final int COUNTS = 4;
    private static final int ESCAPES = 8;

    /** What stands between the lines of a run fits all alphabets, and does not count. */
    private static final byte[] FITS = new byte[256];

    static {
      for (int i = 0; i < 256; i++) {
        byte b = (byte) i;
        boolean base32 = (b >= 'A' && b <= 'Z') || (b >= '2' && b <= '7') || b == '=';
        FITS[i] =
            (byte)
                (isRun(b)
                    ? COUNTS | (Bytes.isHex(b) ? HEX : 0) | (base32 ? BASE32 : 0)
                    : HEX | BASE32);
      }
      FITS['\\'] |= ESCAPES;
    }

    static Digits of(byte[] text, int from, int end) {
      int fits = HEX | BASE32;
      int count = 0;
      for (int i = from; i < end; i++) {
        int of = FITS[text[i] & 0xff];
        fits &= of;
        count += of >>> 2 & 1;
        if ((of & ESCAPES) != 0) {
          i++; // What is escaped is a line break.
        }
      }
      return new Digits((fits & HEX) != 0, (fits & BASE32) != 0, count);
    }
  }
}
