package dev.rlm.egress.scan;

/** Values that stand where a secret would stand: repeated characters, and words of documentation. */
final class Placeholders {

  private static final Words WORDS =
      Words.of(
          "none",
          "null",
          "nil",
          "true",
          "false",
          "undefined",
          "required",
          "optional",
          "string",
          "text",
          "password",
          "contrasena",
          "passwd",
          "pass",
          "pwd",
          "secret",
          "token",
          "user",
          "username",
          "yes",
          "no",
          "empty",
          "unset",
          "not-set",
          "notset",
          "changeme",
          "change_me",
          "change-me",
          "redacted",
          "hidden",
          "masked",
          "xxx",
          "todo",
          "tbd",
          "example",
          "sample",
          "placeholder",
          "your_password",
          "yourpassword",
          "your-password",
          "<password>",
          "input",
          "value",
          "default",
          "disabled",
          "enabled",
          "bearer",
          "basic",
          "key",
          "apikey",
          "api_key",
          "api-key",
          "int",
          "str",
          "bool",
          "any",
          "object",
          "self",
          "this",
          "bytes",
          "char",
          "varchar",
          "invalid",
          "incorrect",
          "missing",
          "expired",
          "prompt",
          "ask",
          "file",
          "env",
          "vault",
          "auto",
          "new",
          "old",
          "wrong",
          "correct",
          // What other languages call it, as files of translations have it.
          "passwort",
          "kennwort",
          "contrase\u00f1a",
          "senha",
          "wachtwoord",
          "mot de passe",
          "parola",
          "parool",
          "haslo",
          "salasana",
          "adgangskode",
          "passord",
          "heslo",
          "clave",
          "motdepasse");

  private static final Words EMPTY_WORDS =
      Words.of(
          "none",
          "null",
          "nil",
          "true",
          "false",
          "undefined",
          "password",
          "passwd",
          "pass",
          "pwd",
          "required",
          "optional",
          "string",
          "str",
          "text",
          "self",
          "this",
          "value",
          "input",
          "empty",
          "unset",
          "your_password",
          "yourpassword",
          "env",
          "any",
          "int",
          "yes",
          "no",
          "char",
          "username",
          "user",
          // What a check says of it.
          "short",
          "tooshort",
          "too_short",
          "long",
          "toolong",
          "too_long",
          "weak",
          "tooweak",
          "too_weak",
          "strong",
          "mismatch",
          "match",
          "blank",
          "length");

  private Placeholders() {}

  /**
   * Whether a value has fewer different characters than a secret of its format would ever have, or
   * names itself an example.
   */
  static boolean isPlaceholder(byte[] text, int start, int end, int distinct) {
    long low = 0;
    long high = 0;
    int run = 1;
    int longest = 1;
    int steps = 0;
    for (int i = start; i < end; i++) {
      int c = text[i] & 0x7f;
      if (c < 64) {
        low |= 1L << c;
      } else {
        high |= 1L << (c - 64);
      }
      boolean repeated = i > start && text[i] == text[i - 1];
      run = repeated ? run + 1 : 1;
      longest = Math.max(longest, run);
      if (i > start && text[i] == text[i - 1] + 1) {
        steps++;
      }
    }
    int length = end - start;
    return Long.bitCount(low) + Long.bitCount(high) < distinct
        || (longest >= 6 && longest * 4 >= length)
        || (length >= 24 && steps * 10 >= (length - 1) * 9)
        || endsWith(text, start, end, "EXAMPLE")
        || endsWith(text, start, end, "EXAMPLEKEY");
  }

  /** Whether a value is a word that documentation and programs put in the place of a value. */
  static boolean isWord(byte[] text, int start, int end) {
    return WORDS.contains(text, start, end);
  }

  /** Words that say that there is no value, or name what it is. */
  static boolean isEmptyWord(byte[] text, int start, int end) {
    return EMPTY_WORDS.contains(text, start, end) || isForeign(text, start, end);
  }

  /** Words in other scripts, or with accents, are labels: passwords are typed on any keyboard. */
  private static boolean isForeign(byte[] text, int start, int end) {
    boolean foreign = false;
    for (int i = start; i < end; i++) {
      foreign |= text[i] < 0;
      if (text[i] > 0 && !Bytes.isLetter(text[i])) {
        return false;
      }
    }
    return foreign;
  }

  static boolean endsWith(byte[] text, int start, int end, String suffix) {
    if (end - start < suffix.length()) {
      return false;
    }
    for (int i = 0; i < suffix.length(); i++) {
      if (text[end - suffix.length() + i] != suffix.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
