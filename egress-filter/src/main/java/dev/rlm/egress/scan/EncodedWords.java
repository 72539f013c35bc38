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
    if (!isBase64(text, start, start + length)) {
      return false;
    }
    byte[] decoded = Base64.getDecoder().decode(Arrays.copyOfRange(text, start, start + length));
    for (byte b : decoded) {
      if (b < ' ' && b != '\n' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return decoded.length > 0 && Bytes.readsLikeWords(decoded, 0, decoded.length);
  }

  /** Whether the decoder takes it: asked first, because its refusal costs far more. */
  private static boolean isBase64(byte[] text, int start, int end) {
    int last = end;
    while (last > start && end - last < 2 && text[last - 1] == '=') {
      last--;
    }
    for (int i = start; i < last; i++) {
      if (!Bytes.isAlphanumeric(text[i]) && text[i] != '+' && text[i] != '/') {
        return false;
      }
    }
    return true;
  }
}
