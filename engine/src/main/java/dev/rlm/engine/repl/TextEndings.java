package dev.rlm.engine.repl;

import dev.rlm.engine.repl.Reply.TextEnding;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds endings that stand in text. Each begins a line. What is in its parentheses goes up to the one that closes them; in quoted text
 * none counts. Where none closes them, up to the last one that ends a line.
 */
final class TextEndings {

  private static final Pattern START =
      Pattern.compile("(?m)^[ \\t>*]*`?(?:(FINAL_VAR|FINAL|SUBMIT)[ \\t]*\\(|(answer)[ \\t]*=[ \\t]*\\{)");

  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
  private static final Pattern KEYWORD = Pattern.compile("\\s*" + NAME.pattern() + "\\s*=(?!=)(?s:.*)");
  private static final Pattern READY = Pattern.compile("[\"']ready[\"']\\s*:\\s*True");

  private TextEndings() {}

  /** Returns the first ending; one that is not closed is none, and neither is one whose name is none. */
  static Optional<TextEnding> first(String prose) {
    Matcher start = START.matcher(prose);
    while (start.find()) {
      Optional<TextEnding> ending = at(prose, start);
      if (ending.isPresent()) {
        return ending;
      }
    }
    return Optional.empty();
  }

  private static Optional<TextEnding> at(String prose, Matcher start) {
    int open = start.end() - 1;
    int close = closing(prose, open);
    if (close < 0) {
      return Optional.empty();
    }
    String inside = prose.substring(open + 1, close).strip();
    if (start.group(2) != null) {
      return READY.matcher(inside).find()
          ? Optional.of(new TextEnding.Statement(prose.substring(start.start(2), close + 1)))
          : Optional.empty();
    }
    String function = start.group(1);
    if (function.equals("FINAL_VAR")) {
      return variable(inside);
    }
    if (function.equals("SUBMIT") && KEYWORD.matcher(inside).matches()) {
      return Optional.of(new TextEnding.Statement(prose.substring(start.start(1), close + 1)));
    }
    return Optional.of(
        NAME.matcher(inside).matches()
            ? new TextEnding.Variable(inside, false)
            : new TextEnding.Literal(PythonText.unquoted(inside)));
  }

  private static Optional<TextEnding> variable(String inside) {
    String name = PythonText.unquoted(inside).strip();
    return NAME.matcher(name).matches() ? Optional.of(new TextEnding.Variable(name, true)) : Optional.empty();
  }

  /** Returns where the bracket at {@code open} is closed; negative when it is not. */
  private static int closing(String text, int open) {
    char opening = text.charAt(open);
    char closing = opening == '(' ? ')' : '}';
    int first = open + 1;
    while (first < text.length() && Character.isWhitespace(text.charAt(first))) {
      first++;
    }
    // In prose an apostrophe is no quote: quotes count where a quoted text, or a value of Python's, is what is given.
    boolean quotes = opening == '{' || PythonText.beginsQuote(text, first) || KEYWORD.matcher(text.substring(first)).matches();
    int depth = 0;
    for (int at = open; at < text.length(); at++) {
      char c = text.charAt(at);
      if (quotes && (c == '"' || c == '\'')) {
        int end = PythonText.endOfQuote(text, at);
        if (end < 0) {
          break;
        }
        at = end - 1;
      } else if (c == opening) {
        depth++;
      } else if (c == closing && --depth == 0) {
        return at;
      }
    }
    return opening == '(' ? lastAtLineEnd(text, open) : -1;
  }

  private static int lastAtLineEnd(String text, int open) {
    for (int at = text.length() - 1; at > open; at--) {
      if (text.charAt(at) == ')' && (at + 1 == text.length() || text.charAt(at + 1) == '\n')) {
        return at;
      }
    }
    return -1;
  }
}
