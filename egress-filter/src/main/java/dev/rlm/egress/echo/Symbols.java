package dev.rlm.egress.echo;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The canonical form of text, in which copies are compared: letters without case and digits,
 * everything else dropped; bytes of other scripts stand for themselves. Escapes of JSON, of
 * addresses and of markup are read as what they stand for, on both sides alike.
 *
 * <p>Symbols are 1 to 26 for letters, 27 to 36 for digits and negative for bytes beyond ASCII; 0 is
 * dropped.
 */
final class Symbols {

  static final int DIGIT = 27;
  static final int STRETCH = 64;
  private static final int LONGEST_ESCAPE = 10;
  private static final byte[] OF = new byte[256];

  /** The same, where no byte begins an escape. */
  private static final byte[] PLAIN = new byte[256];
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /** For every two bytes their symbols, and above them how many there are, or {@link #ESCAPES}. */
  private static final int[] OF_TWO = new int[1 << 16];

  private static final int COUNT = 16;
  private static final int ESCAPES = 3 << COUNT;

  /** What stands in the table for a byte that may begin an escape: no symbol has this value. */
  private static final byte ESCAPE = 127;

  static {
    for (int c = 'a'; c <= 'z'; c++) {
      OF[c] = (byte) (c - 'a' + 1);
      OF[c - 32] = OF[c];
    }
    for (int c = '0'; c <= '9'; c++) {
      OF[c] = (byte) (c - '0' + DIGIT);
    }
    for (int c = 128; c < 256; c++) {
      OF[c] = (byte) c;
    }
    System.arraycopy(OF, 0, PLAIN, 0, OF.length);
    OF['\\'] = ESCAPE;
    OF['%'] = ESCAPE;
    OF['&'] = ESCAPE;
    for (int two = 0; two < OF_TWO.length; two++) {
      int first = OF[two & 0xff];
      int second = OF[two >>> 8];
      OF_TWO[two] =
          first == ESCAPE || second == ESCAPE ? ESCAPES : two(first, second);
    }
  }

  private Symbols() {}

  /** Two symbols, of which either may be dropped, and above them how many there are. */
  private static int two(int first, int second) {
    return first == 0
        ? (second & 0xff) | (second == 0 ? 0 : 1) << COUNT
        : (first & 0xff) | (second & 0xff) << 8 | (second == 0 ? 1 : 2) << COUNT;
  }

  static boolean isLetter(int symbol) {
    return symbol > 0 && symbol < DIGIT;
  }

  /** Writes the symbols of a text; gives their number. */
  static int read(byte[] text, int to, byte[] out) {
    return read(text, 0, to, out);
  }

  /**
   * Writes the symbols of a part of a text, two bytes at a time where none begins an escape; gives
   * their number. There must be room for two more than the text has bytes.
   */
  static int read(byte[] text, int from, int to, byte[] out) {
    int n = 0;
    int i = from;
    while (i < to) {
      int two = i + 1 < to ? OF_TWO[(short) SHORT.get(text, i) & 0xffff] : ESCAPES;
      if (two != ESCAPES) {
        SHORT.set(out, n, (short) two);
        n += two >>> COUNT;
        i += 2;
        continue;
      }
      byte symbol = OF[text[i] & 0xff];
      if (symbol == ESCAPE) {
        int escape = escape(text, i, to);
        n = write(escape >>> 8, out, n);
        i += escape & 0xff;
      } else {
        out[n] = symbol;
        n += symbol != 0 ? 1 : 0;
        i++;
      }
    }
    return n;
  }

  /** The symbol of one byte, escapes aside; 0 when it is dropped. */
  static int of(byte b) {
    return PLAIN[b & 0xff];
  }

  /**
   * Writes the symbols of every so-many-th byte of a text, escapes aside; gives their number. There
   * must be room for two more than there are such bytes.
   */
  static int readStrided(byte[] text, int from, int to, int stride, byte[] out) {
    int n = 0;
    int i = from;
    for (; i + stride < to; i += 2 * stride) {
      int two = OF_TWO[(text[i] & 0xff) | (text[i + stride] & 0xff) << 8];
      if (two == ESCAPES) {
        two = two(PLAIN[text[i] & 0xff], PLAIN[text[i + stride] & 0xff]);
      }
      SHORT.set(out, n, (short) two);
      n += two >>> COUNT;
    }
    if (i < to) {
      out[n] = PLAIN[text[i] & 0xff];
      n += out[n] == 0 ? 0 : 1;
    }
    return n;
  }

  /**
   * Writes the symbols of a part of a text, and how many of them begin before each stretch of
   * {@value #STRETCH} bytes; gives their number.
   */
  static int read(byte[] text, int to, byte[] out, int[] before) {
    int n = 0;
    int i = 0;
    for (int stretch = 0; stretch * STRETCH < to; stretch++) {
      before[stretch] = n;
      int end = Math.min(to, (stretch + 1) * STRETCH);
      while (i < end) {
        int two = i + 1 < end ? OF_TWO[(short) SHORT.get(text, i) & 0xffff] : ESCAPES;
        if (two != ESCAPES) {
          SHORT.set(out, n, (short) two);
          n += two >>> COUNT;
          i += 2;
          continue;
        }
        byte symbol = OF[text[i] & 0xff];
        if (symbol == ESCAPE) {
          int escape = escape(text, i, to);
          n = write(escape >>> 8, out, n);
          i += escape & 0xff;
        } else {
          out[n] = symbol;
          n += symbol != 0 ? 1 : 0;
          i++;
        }
      }
    }
    return n;
  }

  /** The places of the first so many symbols of a text. */
  static int[] places(byte[] text, int to, int count) {
    int[] places = new int[count + 4];
    byte[] symbols = new byte[4];
    int n = 0;
    for (int i = 0; i < to && n < count; i++) {
      byte symbol = OF[text[i] & 0xff];
      if (symbol == ESCAPE) {
        int escape = escape(text, i, to);
        int written = write(escape >>> 8, symbols, 0);
        for (int j = 0; j < written; j++) {
          places[n++] = i;
        }
        i += (escape & 0xff) - 1;
      } else if (symbol != 0) {
        places[n++] = i;
      }
    }
    return places;
  }

  /** Writes the symbols of a character that stood there as an escape: of its bytes in UTF-8. */
  private static int write(int character, byte[] out, int n) {
    if (character < 128) {
      out[n] = OF[character];
      return out[n] != 0 && out[n] != ESCAPE ? n + 1 : n;
    }
    int next = n;
    if (character < 0x800) {
      out[next++] = (byte) (0xc0 | character >> 6);
    } else {
      out[next++] = (byte) (0xe0 | character >> 12);
      out[next++] = (byte) (0x80 | (character >> 6 & 0x3f));
    }
    out[next++] = (byte) (0x80 | (character & 0x3f));
    return next;
  }

  /**
   * The last place up to which text may be cut without cutting an escape, if there is one near the
   * end.
   */
  static int safeEnd(byte[] text, int length) {
    int clear = 0;
    for (int end = length, i = length - 1; i > length / 2; i--) {
      byte b = text[i];
      if (b == '\\' || b == '%' || b == '&') {
        end = i;
        clear = 0;
      } else if (++clear == LONGEST_ESCAPE) {
        return end;
      }
    }
    return length;
  }

  /**
   * The first place from which no escape that began before can reach further: where one begins, or
   * where none did for long enough.
   */
  static int safeStart(byte[] text, int to) {
    int clear = 0;
    for (int i = 0; i < to; i++) {
      byte b = text[i];
      if (b == '\\' || b == '%' || b == '&') {
        return i;
      }
      if (++clear == LONGEST_ESCAPE) {
        return i + 1;
      }
    }
    return 0;
  }

  /** Reads an escape: its length in the low byte, the character above, of at most 16 bits. */
  static int escape(byte[] text, int at, int to) {
    byte next = at + 1 < to ? text[at + 1] : 0;
    if (text[at] == '\\') {
      if (next == 'u' && at + 5 < to) {
        int value = hex(text, at + 2, 4);
        return value < 0 ? 1 : 6 | value << 8;
      }
      if (next == 'x' && at + 3 < to) {
        int value = hex(text, at + 2, 2);
        return value < 0 ? 1 : 4 | value << 8;
      }
      return next == 'n' || next == 'r' || next == 't' || next == '\\' || next == '"' ? 2 : 1;
    }
    if (text[at] == '%') {
      int value = at + 2 < to ? hex(text, at + 1, 2) : -1;
      return value < 0 ? 1 : 3 | value << 8;
    }
    return entity(text, at, to);
  }

  private static int entity(byte[] text, int at, int to) {
    for (int i = at + 1; i < Math.min(to, at + 9); i++) {
      if (text[i] == ';') {
        return i - at + 1 | numeric(text, at + 1, i) << 8;
      }
      if (OF[text[i] & 0xff] == 0 && text[i] != '#') {
        break;
      }
    }
    return 1;
  }

  private static int numeric(byte[] text, int from, int to) {
    if (text[from] != '#' || to - from < 2 || to - from > 6) {
      return 0;
    }
    try {
      boolean hex = (text[from + 1] | 0x20) == 'x';
      String digits =
          new String(
              text, from + (hex ? 2 : 1), to - from - (hex ? 2 : 1), StandardCharsets.ISO_8859_1);
      return Integer.parseInt(digits, hex ? 16 : 10) & 0xffff;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static int hex(byte[] text, int from, int digits) {
    int value = 0;
    for (int i = from; i < from + digits; i++) {
      int digit = Character.digit(text[i], 16);
      if (digit < 0) {
        return -1;
      }
      value = value * 16 + digit;
    }
    return value;
  }
}
