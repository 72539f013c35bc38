package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Shapes of random values that are no secrets: UUIDs, digests with their names, lines of longer encoded blocks. */
final class Hashes {

  /** Integrity values of lock files. The length must be the digest's, so that the prefix is no cloak for anything else. */
  private static final List<String> PREFIXES = List.of("sha512-", "sha384-", "sha256-", "sha1-", "h1:", "SHA256:", "sha256:");

  private static final List<Integer> LENGTHS = List.of(88, 64, 44, 28, 44, 43, 44);

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
      byte[] prefix = PREFIXES.get(i).getBytes(StandardCharsets.US_ASCII);
      int length = LENGTHS.get(i);
      if (startsWith(text, start, prefix) && end - start - prefix.length == length) {
        return true;
      }
      if (start >= prefix.length && startsWith(text, start - prefix.length, prefix) && end - start == length) {
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

  /** Whether the token fills its line and a line before or after is as long and as encoded: a certificate, an attachment. */
  static boolean isLineOfBlock(byte[] text, int start, int end, int to) {
    int length = end - start;
    if (length < 48) {
      return false;
    }
    boolean before = start >= length + 1 && text[start - 1] == '\n' && isEncoded(text, start - 1 - length, start - 1);
    boolean after = end + 1 + length <= to && text[end] == '\n' && isEncoded(text, end + 1, end + 1 + length);
    return before || after;
  }

  private static boolean isEncoded(byte[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (!Bytes.isToken(text[i])) {
        return false;
      }
    }
    return true;
  }
}
