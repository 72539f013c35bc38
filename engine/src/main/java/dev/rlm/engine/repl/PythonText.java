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
    int at = start + quote.length();
    while (at < text.length()) {
      if (text.startsWith(quote, at)) {
        return at + quote.length();
      }
      at += text.charAt(at) == '\\' ? 2 : 1;
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
    boolean escaped = false;
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (!escaped && c == '\\') {
        escaped = true;
        continue;
      }
      plain.append(escaped ? meaning(c) : String.valueOf(c));
      escaped = false;
    }
    return plain.toString();
  }

  /** Returns what a character means after a backslash; of those that mean nothing, both. */
  private static String meaning(char c) {
    return switch (c) {
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'r' -> "\r";
      case '\n' -> "";
      case '\\', '"', '\'' -> String.valueOf(c);
      default -> "\\" + c;
    };
  }
}
