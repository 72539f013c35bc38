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
  private static final Pattern KEYWORD = Pattern.compile("\\s*" + NAME.pattern() + "\\s*=(?!=)");
  private static final Pattern READY = Pattern.compile("[\"']ready[\"']\\s*:\\s*True");

  /** Each may take a look at the whole text: a hostile one must not have it looked at again and again. */
  private static final int MAX_TRIED = 100;

  private TextEndings() {}

  /** Returns the first ending; one that is not closed is none, and neither is one whose name is none. */
  static Optional<TextEnding> first(String prose) {
    Matcher start = START.matcher(prose);
    Optional<TextEnding> ending = Optional.empty();
    for (int tried = 0; ending.isEmpty() && tried < MAX_TRIED && start.find(); tried++) {
      ending = at(prose, start);
    }
    return ending;
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
    if (function.equals("SUBMIT") && KEYWORD.matcher(inside).lookingAt()) {
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
    boolean quotes = opening == '{' || PythonText.beginsQuote(text, first) || KEYWORD.matcher(text).region(first, text.length()).lookingAt();
    int depth = 0;
    int at = open;
    while (at >= 0 && at < text.length()) {
      char c = text.charAt(at);
      if (quotes && PythonText.beginsQuote(text, at)) {
        at = PythonText.endOfQuote(text, at); // Negative where it has none.
        continue;
      }
      depth += c == opening ? 1 : c == closing ? -1 : 0;
      if (depth == 0) {
        return at;
      }
      at++;
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
