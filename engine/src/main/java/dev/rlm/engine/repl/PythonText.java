package dev.rlm.engine.repl;

/** Quoted text as Python writes it, as far as models write it into their prose. */
final class PythonText {

  private static final String TRIPLE_DOUBLE = "\"\"\"";
  private static final String TRIPLE_SINGLE = "'''";

  private PythonText() {}

  static boolean beginsQuote(String text, int at) {
    return at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'');
  }

  /** Returns where the quoted text that begins at {@code start} is over; negative when it is not. */
  static int endOfQuote(String text, int start) {
    String quote = quote(text, start);
    for (int at = start + quote.length(); at < text.length(); at++) {
      if (text.charAt(at) == '\\') {
        at++;
      } else if (text.startsWith(quote, at)) {
        return at + quote.length();
      }
    }
    return -1;
  }

  private static String quote(String text, int start) {
    if (text.startsWith(TRIPLE_DOUBLE, start)) {
      return TRIPLE_DOUBLE;
    }
    return text.startsWith(TRIPLE_SINGLE, start) ? TRIPLE_SINGLE : text.substring(start, start + 1);
  }

  /** Returns what stands between the quotes where all of it is one quoted text; else the text as it is. */
  static String unquoted(String text) {
    if (!beginsQuote(text, 0) || endOfQuote(text, 0) != text.length()) {
      return text;
    }
    int quote = quote(text, 0).length();
    return unescaped(text.substring(quote, text.length() - quote));
  }

  private static String unescaped(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c != '\\' || at + 1 == text.length()) {
        plain.append(c);
        continue;
      }
      at++;
      switch (text.charAt(at)) {
        case 'n' -> plain.append('\n');
        case 't' -> plain.append('\t');
        case 'r' -> plain.append('\r');
        case '\n' -> {}
        case '\\' -> plain.append('\\');
        case '"' -> plain.append('"');
        case '\'' -> plain.append('\'');
        default -> plain.append('\\').append(text.charAt(at));
      }
    }
    return plain.toString();
  }
}
