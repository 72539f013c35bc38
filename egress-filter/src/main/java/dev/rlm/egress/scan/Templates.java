package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Values that are written to be replaced: templates of many notations, names of variables, an ellipsis, words that ask
 * for a value.
 */
final class Templates {

  private static final List<byte[]> REQUESTS =
      Stream.of(
              "your", "replace", "change", "insert", "enter", "put-", "put_", "dummy", "fake",
              "example", "some-", "some_", "my_pass", "my-pass", "paste", "fill")
          .map(request -> request.getBytes(StandardCharsets.US_ASCII))
          .toList();

  private static final byte[] HERE = "here".getBytes(StandardCharsets.US_ASCII);

  private Templates() {}

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
      if (Placeholders.endsWith(text, i, i + word.length(), word)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWith(byte[] text, int start, int end, String prefix) {
    return start + prefix.length() <= end && Placeholders.endsWith(text, start, start + prefix.length(), prefix);
  }
}
