package dev.rlm.egress.scan;

import java.util.Arrays;
import java.util.Base64;

/**
 * Base64 of words, which looks random and is not: what it says is examined in its decoded view.
 */
final class EncodedWords {

  private EncodedWords() {}

  static boolean contains(byte[] text, int start, int end) {
    int length = (end - start) & ~3;
    byte[] decoded;
    try {
      decoded = Base64.getDecoder().decode(Arrays.copyOfRange(text, start, start + length));
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
    for (byte b : decoded) {
      if (b < ' ' && b != '\n' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return decoded.length > 0 && Bytes.readsLikeWords(decoded, 0, decoded.length);
  }
}
