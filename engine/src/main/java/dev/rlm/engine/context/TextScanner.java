package dev.rlm.engine.context;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Looks at a document as it streams by: whether it is valid UTF-8, how many characters it has, and where every {@value
 * #STRIDE}th of them begins. Used by one thread.
 *
 * <p>Runs of ASCII are passed over eight bytes at a time, and are all that is fast: for a document of ASCII alone the positions
 * say nothing, and none are told.
 */
final class TextScanner {

  /** Characters from one told position to the next. A reader decodes at most as many to find any other position. */
  static final int STRIDE = 4_096;

  private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long HIGH_BITS = 0x8080808080808080L;

  private final Marks marks;
  private long bytes;
  private long characters;
  private long nextMark;
  private boolean wide;
  private boolean invalid;

  /** Bytes that the character under way still needs, and the bounds of the next one. */
  private int needed;

  private int lowest;
  private int highest;

  /** Is told positions. */
  @FunctionalInterface
  interface Marks {

    /** The next multiple of {@link #STRIDE} in characters, 0 first, begins at this byte. */
    void mark(long offset) throws IOException;
  }

  TextScanner(Marks marks) {
    this.marks = marks;
  }

  /** Takes the next piece, cut wherever. */
  void accept(byte[] piece, int from, int to) throws IOException {
    int at = from;
    while (at < to && needed > 0 && !invalid) {
      continueWith(piece[at++]);
    }
    while (at < to && !invalid) {
      if (characters == nextMark) {
        mark(bytes + at - from);
      }
      int runEnd = endOfAscii(piece, at, (int) Math.min(to, at + nextMark - characters));
      characters += runEnd - at;
      at = runEnd;
      if (at < to && piece[at] < 0 && characters < nextMark) {
        at = wideCharacters(piece, at, to);
      }
    }
    bytes += to - from;
  }

  private static int endOfAscii(byte[] piece, int from, int to) {
    int at = from;
    while (at + Long.BYTES <= to && ((long) WORD.get(piece, at) & HIGH_BITS) == 0) {
      at += Long.BYTES;
    }
    while (at < to && piece[at] >= 0) {
      at++;
    }
    return at;
  }

  /** Goes over characters that are not ASCII, up to the next that is, or the next mark. */
  private int wideCharacters(byte[] piece, int first, int to) throws IOException {
    becomeWide();
    int at = first;
    long room = nextMark - characters;
    while (at < to && room > 0) {
      int length = usualLength(piece, at, to);
      if (length == 0) {
        break;
      }
      at += length;
      room--;
    }
    characters = nextMark - room;
    if (at < to && room > 0 && piece[at] < 0) {
      at = oneCharacter(piece, at, to);
    }
    return at;
  }

  /** The length of a valid character of two or three bytes; 0 for any other, or where it cannot be told so simply. */
  private static int usualLength(byte[] piece, int at, int to) {
    int lead = piece[at] & 0xff;
    if (lead >= 0xc2 && lead < 0xe0 && at + 1 < to && continues(piece[at + 1])) {
      return 2;
    }
    boolean three = lead > 0xe0 && lead < 0xf0 && lead != 0xed;
    return three && at + 2 < to && continues(piece[at + 1]) && continues(piece[at + 2]) ? 3 : 0;
  }

  private static boolean continues(byte value) {
    return value < (byte) 0xc0;
  }

  private int oneCharacter(byte[] piece, int first, int to) {
    int at = first;
    begin(piece[at++] & 0xff);
    while (needed > 0 && at < to && !invalid) {
      continueWith(piece[at++]);
    }
    return at;
  }

  private void begin(int lead) {
    lowest = 0x80;
    highest = 0xbf;
    if (lead < 0xc2 || lead > 0xf4) {
      invalid = true;
    } else if (lead < 0xe0) {
      needed = 1;
    } else if (lead < 0xf0) {
      needed = 2;
      lowest = lead == 0xe0 ? 0xa0 : lowest; // Shorter forms exist for what is below.
      highest = lead == 0xed ? 0x9f : highest; // Surrogates are no characters.
    } else {
      needed = 3;
      lowest = lead == 0xf0 ? 0x90 : lowest;
      highest = lead == 0xf4 ? 0x8f : highest; // Unicode ends here.
    }
  }

  private void continueWith(byte next) {
    int value = next & 0xff;
    if (value < lowest || value > highest) {
      invalid = true;
      return;
    }
    lowest = 0x80;
    highest = 0xbf;
    if (--needed == 0) {
      characters++;
    }
  }

  private void mark(long offset) throws IOException {
    if (wide) {
      marks.mark(offset);
    }
    nextMark += STRIDE;
  }

  /** Tells the positions in the ASCII up to here, which nobody needed until now. */
  private void becomeWide() throws IOException {
    if (!wide) {
      wide = true;
      for (long position = 0; position < nextMark; position += STRIDE) {
        marks.mark(position);
      }
    }
  }

  /** Returns whether all of it was valid UTF-8, the last character whole. */
  boolean valid() {
    return !invalid && needed == 0;
  }

  /** Returns how many whole characters there were, up to the first that was not valid. */
  long characters() {
    return characters;
  }

  /** Returns whether anything was not ASCII. */
  boolean wide() {
    return wide;
  }
}
