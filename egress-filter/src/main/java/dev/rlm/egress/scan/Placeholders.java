package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Values that stand where a secret would stand: repeated characters, templates, references to
 * variables, words of documentation.
 */
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

  private static final List<byte[]> REQUESTS =
      Stream.of(
              "your", "replace", "change", "insert", "enter", "put-", "put_", "dummy", "fake",
              "example", "some-", "some_", "my_pass", "my-pass", "paste", "fill")
          .map(request -> request.getBytes(StandardCharsets.US_ASCII))
          .toList();

  private static final byte[] HERE = "here".getBytes(StandardCharsets.US_ASCII);

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

  /**
   * Whether a value is written by a human to stand for a value: a template, a variable, an
   * ellipsis, a word of documentation.
   */
  static boolean isTemplate(byte[] text, int start, int end) {
    int length = end - start;
    if (length == 0) {
      return true;
    }
    byte first = text[start];
    byte last = text[end - 1];
    if ((first == '<' && last == '>')
        || (first == '{' && last == '}' && length > 2 && text[start + 1] == '{'
            && !holdsBrace(text, start, end))
        || (first == '[' && last == ']')) {
      return true;
    }
    if ((first == '%' && last == '%' && length > 2)
        || (first == '@' && last == '@' && length > 2 && Bytes.isLetter(text[start + 1]) && isName(text, start + 1, end - 1))
        || (first == '&' && startsWith(text, start, end, "&lt;"))) {
      return true;
    }
    if (isMarkedName(text, start, end)) {
      return true;
    }
    int stars = 0;
    for (int i = start; i < end; i++) {
      byte b = text[i];
      if (b == '$'
          && i + 1 < end
          && ((text[i + 1] == '{' && isBalanced(text, i + 2, end))
              || text[i + 1] == '('
              || (i == start
                  && (isVariable(text, i + 1, end) || isEnvironmentName(text, i + 1, end))))) {
        return true;
      }
      if ((b == '#' || b == '{' || b == '<')
          && i + 1 < end
          && text[i + 1] == (b == '<' ? '%' : '{')
          && !(b == '{' && holdsBrace(text, i, end))) {
        return true;
      }
      if (b == '*' || b == 'x' || b == 'X' || b == '.' || b == '#' || b == '?' || b == '-'
          || b == '_') {
        stars++;
      }
    }
    return stars == length
        || asksForValue(text, start, end)
        || contains(text, start, end, "..")
        || contains(text, start, end, "YOUR_")
        || contains(text, start, end, "_HERE")
        || Markers.isMarker(text, start, end);
  }

  private static boolean isName(byte[] text, int start, int end) {
    int at = start;
    while (at < end && Bytes.isName(text[at])) {
      at++;
    }
    return at == end;
  }

  /** Whether it is a name in capitals between two equal marks: {@code __DB_PASSWORD__}. */
  private static boolean isMarkedName(byte[] text, int start, int end) {
    byte mark = text[start];
    int marks = 0;
    while (start + marks < end && text[start + marks] == mark) {
      marks++;
    }
    if ("_@%#~".indexOf(mark) < 0 || marks < 2 || end - start < 2 * marks + 3) {
      return false;
    }
    for (int i = end - marks; i < end; i++) {
      if (text[i] != mark) {
        return false;
      }
    }
    for (int i = start + marks; i < end - marks; i++) {
      if (!Bytes.isUpper(text[i]) && text[i] != '_') {
        return false;
      }
    }
    return true;
  }

  /** Whether the first brace that closes is a single one, which no template has. */
  private static boolean holdsBrace(byte[] text, int start, int end) {
    int i = start;
    while (i < end && text[i] != '}') {
      i++;
    }
    return i + 1 < end && text[i + 1] != '}';
  }

  /** Whether no bracket closes that did not open, up to the brace that ends a variable. */
  private static boolean isBalanced(byte[] text, int from, int end) {
    int open = 0;
    for (int i = from; i < end && text[i] != '}' && open >= 0; i++) {
      open += text[i] == '[' || text[i] == '(' ? 1 : text[i] == ']' || text[i] == ')' ? -1 : 0;
    }
    return open >= 0;
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

  /**
   * Whether a value without digits asks for one: {@code your_password_here}, {@code replace-me}. A
   * real value that holds such a word has digits.
   */
  private static boolean asksForValue(byte[] text, int start, int end) {
    if (end - start < 6 || end - start > 60 || Profile.of(text, start, end).digits() > 0) {
      return false;
    }
    for (byte[] request : REQUESTS) {
      if (Bytes.startsWithWord(text, start, end, request)) {
        return true;
      }
    }
    return Bytes.endsWithWord(text, start, end, HERE);
  }

  private static boolean isEnvironmentName(byte[] text, int start, int end) {
    int i = start;
    while (i < end && (Bytes.isUpper(text[i]) || text[i] == '_')) {
      i++;
    }
    return i - start >= 3 && (i == end || !Bytes.isAlphanumeric(text[i]));
  }

  private static boolean isVariable(byte[] text, int start, int end) {
    if (start >= end || !(Bytes.isLetter(text[start]) || text[start] == '_')) {
      return start < end && end - start == 1 && Bytes.isDigit(text[start]);
    }
    for (int i = start; i < end; i++) {
      if (!Bytes.isName(text[i])
          && text[i] != '['
          && text[i] != ']'
          && text[i] != ':'
          && text[i] != '>'
          && text[i] != '$') {
        return false;
      }
    }
    return true;
  }

  private static boolean contains(byte[] text, int start, int end, String word) {
    for (int i = start; i + word.length() <= end; i++) {
      if (endsWith(text, i, i + word.length(), word)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWith(byte[] text, int start, int end, String prefix) {
    return start + prefix.length() <= end && endsWith(text, start, start + prefix.length(), prefix);
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
