package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Shapes of random values that are no secrets: UUIDs, digests with their names, lines of longer
 * encoded blocks.
 */
final class Hashes {

  /**
   * Integrity values of lock files. The length must be the digest's, so that the prefix is no cloak
   * for anything else.
   */
  private static final List<byte[]> PREFIXES =
      Stream.of(
              "sha512-",
              "sha384-",
              "sha256-",
              "sha256-",
              "sha-256;",
              "sha1-",
              "h1:",
              "SHA256:",
              "sha256:",
              "DigestValue>",
              "DigestValue>",
              "sha256 = \"",
              "x-amz-id-2: ")
          .map(prefix -> prefix.getBytes(StandardCharsets.US_ASCII))
          .toList();

  private static final List<Integer> LENGTHS =
      List.of(88, 64, 44, 43, 43, 28, 44, 43, 44, 28, 44, 52, 76);

  /** Lines of encoded data are at least this long, except the last. */
  private static final int FULL_LINE = 56;

  private Hashes() {}

  static boolean isUuidOrDigest(byte[] text, int start, int end) {
    return isUuid(text, start, end) || isDigest(text, start, end);
  }

  /** 8-4-4-4-12 hexadecimal digits. */
  static boolean isUuid(byte[] text, int start, int end) {
    if (end - start != 36) {
      return false;
    }
    for (int i = 0; i < 36; i++) {
      byte b = text[start + i];
      boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (dash ? b != '-' : !Bytes.isHex(b)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDigest(byte[] text, int start, int end) {
    for (int i = 0; i < PREFIXES.size(); i++) {
      byte[] prefix = PREFIXES.get(i);
      int length = LENGTHS.get(i);
      int at = end - length - prefix.length;
      if (at >= 0 && at + prefix.length >= start && startsWith(text, at, prefix)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWith(byte[] text, int at, byte[] prefix) {
    if (at + prefix.length > text.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (text[at + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether the token ends or begins a line next to a long line of the same kind: a certificate, an
   * attachment, an image.
   */
  static boolean isLineOfBlock(byte[] text, int start, int end, int to) {
    return isFullLine(text, lineAfter(text, end, to), to) || isFullLineBefore(text, start);
  }

  /**
   * Whether the token is a part of base64 in an address, where its signs stand as escapes, and the
   * whole is longer than any token: an image. Looks at so much before and after as a token may have.
   */
  static boolean isPartOfEscaped(byte[] text, int start, int end, int to) {
    int first = start;
    int least = Math.max(0, start - RandomTokens.LONGEST);
    while (first > least && isBase64(text, first - 1, end)) {
      first--;
    }
    int last = end;
    int most = Math.min(to, end + RandomTokens.LONGEST);
    while (last < most && isBase64(text, last, most)) {
      last++;
    }
    return last - first > RandomTokens.LONGEST;
  }

  /** Whether a digit of base64 stands at a place, or begins there as an escape. */
  private static boolean isBase64(byte[] text, int at, int to) {
    byte b = text[at];
    return Bytes.isAlphanumeric(b)
        || b == '+'
        || b == '/'
        || (b == '%'
            && at + 2 < to
            && text[at + 1] == '2'
            && ((text[at + 2] | 0x20) == 'b' || (text[at + 2] | 0x20) == 'f'));
  }

  /** Where the next line begins when nothing but its break stands between, or -1. */
  private static int lineAfter(byte[] text, int end, int to) {
    int i = end;
    while (i < to && i < end + 6 && "\\\r ne\"'+,".indexOf(text[i]) >= 0) {
      i++;
    }
    boolean escaped = i >= end + 2 && text[i - 2] == '\\' && text[i - 1] == 'n';
    if (i >= to || (text[i] != '\n' && !escaped)) {
      return -1;
    }
    i += escaped ? 0 : 1;
    int from = i;
    while (i < to && i < from + 24 && " \t\"'".indexOf(text[i]) >= 0) {
      i++;
    }
    return i;
  }

  private static boolean isFullLine(byte[] text, int from, int to) {
    if (from < 0) {
      return false;
    }
    int i = from;
    while (i < to && Bytes.isToken(text[i])) {
      i++;
    }
    return i - from >= FULL_LINE;
  }

  private static boolean isFullLineBefore(byte[] text, int start) {
    int i = start - 1;
    while (i > 0 && start - i < 24 && " \t\"'".indexOf(text[i]) >= 0) {
      i--;
    }
    if (i <= 0 || text[i] != '\n') {
      return false;
    }
    while (i > 0 && "\n\r\\ e\"'+,".indexOf(text[i]) >= 0 && start - i < 32) {
      i--;
    }
    int end = i;
    while (i > 0 && Bytes.isToken(text[i]) && end - i < FULL_LINE) {
      i--;
    }
    return end - i >= FULL_LINE;
  }
}
