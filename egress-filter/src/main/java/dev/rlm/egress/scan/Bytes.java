package dev.rlm.egress.scan;

import java.util.Arrays;

/** Classes of bytes, as tables, because every byte of every output is looked up in them. */
public final class Bytes {

  private static final int UPPER = 1;
  private static final int LOWER = 2;
  private static final int DIGIT = 4;
  private static final int TOKEN = 8;
  private static final int NAME = 16;
  private static final int HEX = 32;
  private static final int SPACE = 64;
  private static final byte[] TABLE = new byte[256];
  private static final byte[] LOWER_CASE = new byte[256];

  static {
    for (int b = 0; b < LOWER_CASE.length; b++) {
      LOWER_CASE[b] = (byte) (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
    }
    mark(UPPER | TOKEN | NAME, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    mark(LOWER | TOKEN | NAME, "abcdefghijklmnopqrstuvwxyz");
    mark(DIGIT | TOKEN | NAME | HEX, "0123456789");
    mark(TOKEN, "+/=");
    mark(TOKEN | NAME, "-_");
    mark(NAME, ".");
    mark(HEX, "abcdefABCDEF");
    mark(SPACE, " \t\r\n\u000b\f");
  }

  private Bytes() {}

  private static void mark(int bits, String characters) {
    characters.chars().forEach(c -> TABLE[c] |= (byte) bits);
  }

  static boolean isUpper(byte b) {
    return (TABLE[b & 0xff] & UPPER) != 0;
  }

  static boolean isLower(byte b) {
    return (TABLE[b & 0xff] & LOWER) != 0;
  }

  static boolean isDigit(byte b) {
    return (TABLE[b & 0xff] & DIGIT) != 0;
  }

  static boolean isAlphanumeric(byte b) {
    return (TABLE[b & 0xff] & (UPPER | LOWER | DIGIT)) != 0;
  }

  static boolean isLetter(byte b) {
    return (TABLE[b & 0xff] & (UPPER | LOWER)) != 0;
  }

  /** Hexadecimal digits of either case. */
  public static boolean isHex(byte b) {
    return (TABLE[b & 0xff] & HEX) != 0;
  }

  /** Letters, digits and {@code + / = - _}: what random tokens are made of. */
  public static boolean isToken(byte b) {
    return (TABLE[b & 0xff] & TOKEN) != 0;
  }

  /** Letters, digits and {@code . - _}: what names of settings are made of. */
  static boolean isName(byte b) {
    return (TABLE[b & 0xff] & NAME) != 0;
  }

  static boolean isSpace(byte b) {
    return (TABLE[b & 0xff] & SPACE) != 0;
  }

  /** The byte, or the small letter of a capital. */
  static byte lower(byte b) {
    return LOWER_CASE[b & 0xff];
  }

  /** Whether what lies between two places begins with a word in small letters, without regard to case. */
  static boolean startsWithWord(byte[] text, int from, int to, byte[] word) {
    if (to - from < word.length) {
      return false;
    }
    for (int i = 0; i < word.length; i++) {
      if (lower(text[from + i]) != word[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether what lies between two places ends with a word in small letters, without regard to case. */
  static boolean endsWithWord(byte[] text, int from, int to, byte[] word) {
    return to - from >= word.length && startsWithWord(text, to - word.length, to, word);
  }

  /** Whether as many bytes are the same at two places, without regard to case. */
  static boolean isSameWord(byte[] text, int one, int other, int length) {
    for (int i = 0; i < length; i++) {
      if (lower(text[one + i]) != lower(text[other + i])) {
        return false;
      }
    }
    return true;
  }

  /** Whether what lies between two places begins with a prefix. */
  static boolean startsWith(byte[] text, int from, int to, byte[] prefix) {
    return to - from >= prefix.length
        && text[from] == prefix[0]
        && Arrays.equals(text, from, from + prefix.length, prefix, 0, prefix.length);
  }

  /**
   * Whether a token reads like the words and names of harmless text, and unlike anything encoded.
   */
  public static boolean readsLikeWords(byte[] text, int start, int end) {
    return Bigrams.mean(text, start, end) > -4.6 && !isHex(text, start, end);
  }

  private static boolean isHex(byte[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (!isHex(text[i])) {
        return false;
      }
    }
    return true;
  }

  /** Shannon entropy in bits per byte. */
  public static double entropy(byte[] text, int start, int end) {
    int[] counts = new int[256];
    for (int i = start; i < end; i++) {
      counts[text[i] & 0xff]++;
    }
    double sum = 0;
    int length = end - start;
    for (int count : counts) {
      if (count > 0) {
        sum += count * Math.log(count);
      }
    }
    return (Math.log(length) - sum / length) / Math.log(2);
  }
}
