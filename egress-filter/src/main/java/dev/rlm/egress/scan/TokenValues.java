package dev.rlm.egress.scan;

import dev.rlm.egress.scan.Assignment.Notation;
import java.util.List;

/** Decides whether what is assigned to a token's or key's name is one: it must look like nothing else. */
final class TokenValues {

  private static final int DIGEST = 64;

  /** Bytes that a block of lines has at the least. */
  private static final int BLOCK = 100;

  private TokenValues() {}

  /** Whether a value is a token of so many characters at the least. */
  static boolean isToken(byte[] text, Assignment value, int shortest) {
    int start = value.start();
    int end = value.end();
    int length = end - start;
    if (length < shortest) {
      return false;
    }
    if (!isCredentialText(text, start, end)) {
      return (value.notation() == Notation.QUOTED || value.notation() == Notation.ARGUMENT)
          && (Randomness.isNoise(text, start, end) || isBlock(text, start, end));
    }
    if (Templates.isTemplate(text, start, end)
        || Placeholders.isPlaceholder(text, start, end, 5)
        || isReference(text, start, end)) {
      return false;
    }
    if (value.notation() == Notation.QUOTED && isMixture(text, start, end)) {
      return true;
    }
    return Hashes.isUuid(text, start, end) || Randomness.looksGenerated(text, start, end);
  }

  /** Lines of base64 with their breaks escaped, as a program's text has a key. */
  private static boolean isBlock(byte[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      boolean escape = text[i] == '\\' && i + 1 < end && (text[i + 1] == 'n' || text[i + 1] == 'r');
      if (!escape && !Bytes.isToken(text[i])) {
        return false;
      }
      i += escape ? 1 : 0;
    }
    Profile profile = Profile.of(text, start, end);
    return profile.length() >= BLOCK && profile.mixedCase() && profile.digits() > 0;
  }

  /** Letters with symbols that no identifier or address has: what people make up as a secret. */
  private static boolean isMixture(byte[] text, int start, int end) {
    int symbols = 0;
    for (int i = start; i < end; i++) {
      symbols += "!@#%^&*?~".indexOf(text[i]) > 0 ? 1 : 0;
    }
    boolean reference =
        symbols < 3
            && "#@%".indexOf(text[start]) >= 0
            && (text[start] != '@' || Bytes.isLetter(text[start + 1]));
    return symbols > 0 && !reference;
  }

  private static boolean isCredentialText(byte[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      byte b = text[i];
      if (b <= ' ' || b == '(' || b == '<' || b == '>' || b == '"' || b == '{' || b == '\\') {
        return false;
      }
    }
    return true;
  }

  /** Addresses, paths and names of files stand where a secret is kept, they are none. */
  static boolean isReference(byte[] text, int start, int end) {
    if (text[start] == '/' || text[start] == '.' || text[start] == '~') {
      int slashes = 0;
      for (int i = start; i < end; i++) {
        slashes += text[i] == '/' ? 1 : 0;
      }
      if (slashes >= 2) {
        return true;
      }
    }
    for (int i = start; i + 2 < end; i++) {
      if (text[i] == ':' && text[i + 1] == '/' && text[i + 2] == '/') {
        return true;
      }
    }
    return end - start > 5
        && text[end - 4] == '.'
        && Bytes.isLower(text[end - 1])
        && Bytes.isLower(text[end - 2])
        && isFileSuffix(text, end);
  }

  private static boolean isFileSuffix(byte[] text, int end) {
    for (String suffix :
        List.of(
            ".pem", ".crt", ".cer", ".key", ".txt", ".jks", ".p12", ".pfx", ".yml", ".png", ".env",
            ".pub")) {
      if (Placeholders.endsWith(text, end - 4, end, suffix)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a value is what a header carries that authorises a request. */
  static boolean isHeaderValue(byte[] text, Assignment value) {
    int length = value.end() - value.start();
    if (length < 8 || Templates.isTemplate(text, value.start(), value.end())) {
      return false;
    }
    Profile profile = Profile.of(text, value.start(), value.end());
    return profile.distinct() >= 6
        && isCredentialText(text, value.start(), value.end())
        && (profile.digits() > 0 || (profile.upper() > 1 && profile.lower() > 1));
  }

  /** Words with hyphens and a digest behind them, under which a build keeps its files. */
  static boolean isCacheKey(byte[] text, Assignment value) {
    int digest = value.end() - DIGEST;
    int words = 0;
    for (int i = value.start(); i < value.end(); i++) {
      boolean word = Bytes.isAlphanumeric(text[i]) || "-_.".indexOf(text[i]) >= 0;
      if (i < digest ? !word : !Bytes.isHex(text[i])) {
        return false;
      }
      words += i < digest && text[i] == '-' ? 1 : 0;
    }
    return words > 1 && text[digest - 1] == '-';
  }
}
