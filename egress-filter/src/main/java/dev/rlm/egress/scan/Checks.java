package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.function.Predicate;
import java.util.zip.CRC32;

/**
 * Checksums and fixed inner parts of documented formats. A check that holds raises the confidence in
 * a match; one that does not says nothing, for documentation and shortened tokens fail it too.
 */
final class Checks {

  private static final String BASE62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int CHECKSUM = 6;

  private static final Map<String, Predicate<byte[]>> BY_NAME =
      Map.of(
          "crc32-base62", Checks::endsWithChecksum,
          "jwt-header", Checks::hasJwtHeader,
          "macaroon", Checks::isMacaroon,
          "base32-id", Checks::isBase32Id,
          "common-annotated", Checks::isCommonAnnotated,
          "der-base64", Checks::isDer);

  private Checks() {}

  /** The names that a rule may carry. */
  static boolean isKnown(String name) {
    return BY_NAME.containsKey(name);
  }

  /** The check of a name that is known; of none, one that never holds. */
  static Predicate<byte[]> named(String name) {
    return BY_NAME.getOrDefault(name, match -> false);
  }

  /** A prefix, random characters, and their CRC-32 in six digits of base 62. */
  private static boolean endsWithChecksum(byte[] token) {
    int prefix = indexOf(token, '_') + 1;
    int body = token.length - CHECKSUM;
    if (prefix == 0 || body <= prefix) {
      return false;
    }
    CRC32 crc = new CRC32();
    crc.update(token, prefix, body - prefix);
    long left = crc.getValue();
    for (int i = token.length - 1; i >= body; i--) {
      if (token[i] != BASE62.charAt((int) (left % 62))) {
        return false;
      }
      left /= 62;
    }
    return left == 0;
  }

  private static boolean hasJwtHeader(byte[] token) {
    int dot = indexOf(token, '.');
    String header = decoded(token, 0, dot < 0 ? token.length : dot);
    return header.startsWith("{") && header.contains("\"alg\"") && header.endsWith("}");
  }

  /** A version, a field for the location, and the location that the issuer writes there. */
  private static boolean isMacaroon(byte[] token) {
    String start = decoded(token, 5, Math.min(token.length, 5 + 16));
    return start.startsWith("\u0002\u0001") && start.contains("pypi.org");
  }

  private static boolean isBase32Id(byte[] token) {
    for (int i = 4; i < token.length; i++) {
      if (!Bytes.isUpper(token[i]) && (token[i] < '2' || token[i] > '7')) {
        return false;
      }
    }
    return true;
  }

  /** The signature at its place in a key of 84 characters, of which none carries loose bits. */
  private static boolean isCommonAnnotated(byte[] token) {
    String key = new String(token, StandardCharsets.ISO_8859_1);
    return key.length() == 84 && key.startsWith("JQQJ99", 52) && !decoded(token, 0, 84).isEmpty();
  }

  /** A line that begins a private key, in base64, before a DER sequence or a key of OpenSSH. */
  private static boolean isDer(byte[] token) {
    String armour = decoded(token, 0, token.length & ~3);
    int line = armour.indexOf('\n');
    return line > 0 && armour.startsWith("-----BEGIN ") && (armour.startsWith("MI", line + 1)
        || armour.startsWith("b3BlbnNzaC1rZXktdjE", line + 1)
        || armour.startsWith("MC4CAQAw", line + 1));
  }

  private static int indexOf(byte[] token, char c) {
    for (int i = 0; i < token.length; i++) {
      if (token[i] == c) {
        return i;
      }
    }
    return -1;
  }

  /** What base64 of either alphabet says; empty when it is none. */
  private static String decoded(byte[] token, int from, int to) {
    String text =
        new String(token, from, to - from, StandardCharsets.ISO_8859_1)
            .replace('-', '+')
            .replace('_', '/');
    try {
      return new String(Base64.getDecoder().decode(text), StandardCharsets.ISO_8859_1);
    } catch (IllegalArgumentException notBase64) {
      return "";
    }
  }
}
