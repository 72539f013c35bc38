package dev.rlm.engine.app;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;

/**
 * Reads Python line by line, as far as it takes to know whether a statement can end where a line does: strings of all kinds,
 * brackets, comments and continued lines. What is not Python is not told from what is: that is for Python to say.
 */
final class PythonLexer {

  /** Prefixes of strings whose braces hold expressions. */
  private static final Set<String> INTERPOLATED = Set.of("f", "fr", "rf", "t", "tr", "rt");

  /** What is open, innermost last. */
  private sealed interface Open {

    /** A bracket of any kind, and the braces inside an f-string. */
    record Bracket() implements Open {}

    /**
     * A string.
     *
     * @param quote what ends it: one or three quotes
     * @param interpolated whether braces in it hold expressions
     */
    record Text(String quote, boolean interpolated) implements Open {}
  }

  private final Deque<Open> open = new ArrayDeque<>();
  private boolean continued;
  private char last;

  /** Reads a line, without its end. */
  void read(String line) {
    continued = false;
    if (open.isEmpty()) {
      last = 0;
    }
    int at = 0;
    while (at < line.length()) {
      at = open.peekLast() instanceof Open.Text text ? inText(line, at, text) : inCode(line, at);
    }
    if (!continued) {
      // A string of one quote ends with its line, if only by an error.
      while (open.peekLast() instanceof Open.Text text && text.quote().length() == 1) {
        open.removeLast();
      }
    }
  }

  private int inCode(String line, int at) {
    char c = line.charAt(at);
    switch (c) {
      case '#' -> {
        return line.length();
      }
      case '\'', '"' -> {
        String quote = line.startsWith(String.valueOf(c).repeat(3), at) ? String.valueOf(c).repeat(3) : String.valueOf(c);
        open.addLast(new Open.Text(quote, isInterpolated(line, at)));
        last = c;
        return at + quote.length();
      }
      case '(', '[', '{' -> open.addLast(new Open.Bracket());
      case ')', ']', '}' -> {
        if (open.peekLast() instanceof Open.Bracket) {
          open.removeLast();
        }
      }
      case '\\' -> continued = at == line.length() - 1;
      default -> {}
    }
    if (!Character.isWhitespace(c)) {
      last = c;
    }
    return at + 1;
  }

  private int inText(String line, int at, Open.Text text) {
    char c = line.charAt(at);
    if (line.startsWith(text.quote(), at)) {
      open.removeLast();
      return at + text.quote().length();
    }
    if (c == '\\') {
      continued = at == line.length() - 1;
      return at + 2; // In a raw string too, the quote after a backslash does not end it.
    }
    if (c == '{' && text.interpolated()) {
      if (line.startsWith("{{", at)) {
        return at + 2;
      }
      open.addLast(new Open.Bracket());
    }
    return at + 1;
  }

  /** Looks at the letters before a quote. */
  private static boolean isInterpolated(String line, int quote) {
    int start = quote;
    while (start > 0 && Character.isLetterOrDigit(line.charAt(start - 1))) {
      start--;
    }
    return INTERPOLATED.contains(line.substring(start, quote).toLowerCase(Locale.ROOT));
  }

  /** Returns whether the statement cannot end here: something is open, or the line says that it goes on. */
  boolean isOpen() {
    return continued || !open.isEmpty();
  }

  /** Returns whether the logical line that was read ends with a colon: what comes next is its block. */
  boolean endsWithColon() {
    return !isOpen() && last == ':';
  }
}
