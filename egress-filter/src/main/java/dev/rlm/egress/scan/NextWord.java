package dev.rlm.egress.scan;

import dev.rlm.egress.scan.Assignment.Notation;
import org.jspecify.annotations.Nullable;

/**
 * Takes the word after a name for its value where only a blank stands between them: {@code ENV
 * API_TOKEN …}, {@code setenv}, {@code WITH PASSWORD '…'}. Prose has names followed by words too, so
 * the word must not look like one.
 */
final class NextWord {

  private static final int SHORTEST = 6;
  private static final int SHORTEST_TOKEN = 16;

  private NextWord() {}

  static @Nullable Assignment after(byte[] text, CredentialName name, int to) {
    int at = name.end();
    if (at + 1 >= to || text[at] != ' ') {
      return null;
    }
    boolean quoted = text[at + 1] == '\'' || text[at + 1] == '"';
    if (!quoted && !Bytes.isAlphanumeric(text[at + 1])) {
      return null;
    }
    Assignment word = Assignment.option(text, at, to);
    if (word == null || word.end() - word.start() < SHORTEST) {
      return null;
    }
    Profile profile = Profile.of(text, word.start(), word.end());
    if (profile.digits() == 0 && !(quoted && profile.others() > 0)) {
      return null;
    }
    if (quoted) {
      return new Assignment(word.start(), word.end(), Notation.ARGUMENT);
    }
    if (profile.letters() > 0 && isDirective(text, name, word, to)) {
      return new Assignment(word.start(), word.end(), Notation.LOOSE);
    }
    boolean variable = isVariable(text, name);
    return (variable || (profile.length() >= SHORTEST_TOKEN && !isKey(text, name)))
            && Randomness.looksGenerated(text, word.start(), word.end())
        ? new Assignment(word.start(), word.end(), Notation.LOOSE)
        : null;
  }

  /** A line of two words, as some servers are configured. */
  private static boolean isDirective(byte[] text, CredentialName name, Assignment word, int to) {
    boolean first = name.start() == 0 || text[name.start() - 1] == '\n';
    return first && (word.end() == to || text[word.end()] == '\n' || text[word.end()] == '\r');
  }

  /** Keys are also spoken of by their fingerprints. */
  private static boolean isKey(byte[] text, CredentialName name) {
    return Placeholders.endsWith(text, name.start(), name.end(), "key");
  }

  /** Capitals with an underscore, as environment variables are named. */
  private static boolean isVariable(byte[] text, CredentialName name) {
    boolean underscore = false;
    for (int i = name.start(); i < name.end(); i++) {
      underscore |= text[i] == '_';
      if (Bytes.isLower(text[i])) {
        return false;
      }
    }
    return underscore;
  }
}
