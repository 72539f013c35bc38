package dev.rlm.egress.scan;

import dev.rlm.egress.scan.Assignment.Notation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes the word after a name for its value where only a blank, a tab, a comma or a dash stands
 * between them: {@code ENV API_TOKEN …}, {@code setenv}, {@code WITH PASSWORD '…'}, rows of tables.
 * Prose has names followed by words too, so the word must not look like one.
 */
final class NextWord {

  private static final byte[] TO = " to ".getBytes(StandardCharsets.US_ASCII);

  private static final int SHORTEST = 6;
  private static final int SHORTEST_KEY = 12;
  private static final int SHORTEST_PASSWORD = 8;

  /** Where a sentence may go on between a name and what is told of it. */
  private static final int TOLD = 64;

  /** What such a sentence goes on with. */
  private static final Words WHAT_FOR =
      Words.of("for", "of", "to", "on", "in", "für", "zu", "von", "pour", "de", "du", "para", "per", "di", "do", "voor", "van");

  /** How far before a name that of a user may stand. */
  private static final int USER = 40;

  private static final List<byte[]> USERS =
      Stream.of("user ", "username ", "login ", "benutzer ", "utilisateur ", "usuario ")
          .map(user -> user.getBytes(StandardCharsets.US_ASCII))
          .toList();

  /** Longer names are looked at twice. */
  private static final int LONGEST_NAME = 20;
  private static final int SHORTEST_TOKEN = 16;
  private static final int ACCOUNT = 42;
  private static final int WIDEST_GAP = 40;

  private NextWord() {}

  static @Nullable Assignment after(byte[] text, CredentialName name, int to) {
    int at = name.end();
    if (at + 2 >= to) {
      return null;
    }
    if (text[at] != ' ') {
      int value = afterMark(text, at, to);
      return value < 0 ? null : inRow(text, name, value, to);
    }
    if (text[at + 1] < 0 && at + 5 < to && text[at + 4] == ' ') {
      return inRow(text, name, at + 5, to); // an arrow or a long dash
    }
    if (text[at + 1] == ' ') {
      int value = at;
      while (value < to && value - at < WIDEST_GAP && text[value] == ' ') {
        value++;
      }
      Assignment cell = inRow(text, name, value, to);
      return cell == null ? lastCell(text, value, to) : cell;
    }
    boolean quoted = text[at + 1] == '\'' || text[at + 1] == '"';
    if (text[at + 1] == '(' && (text[at + 2] == '\'' || text[at + 2] == '"')) {
      Assignment bracketed = Assignment.at(text, at + 2, to);
      return bracketed == null ? null : new Assignment(bracketed.start(), bracketed.end(), Notation.ARGUMENT);
    }
    if (!quoted && !Bytes.isAlphanumeric(text[at + 1])) {
      boolean dash = text[at + 1] == '-' && text[at + 2] == ' ';
      return dash || text[at + 1] == '(' ? inRow(text, name, at + (dash ? 3 : 2), to) : null;
    }
    if (Bytes.startsWith(text, at, to, TO)) {
      return inRow(text, name, at + TO.length, to);
    }
    Assignment word = Assignment.option(text, at, to);
    if (word == null || isAccount(text, word.start(), word.end())) {
      return null;
    }
    if (!quoted && WHAT_FOR.contains(text, word.start(), word.end())) {
      return told(text, word.end(), to);
    }
    Profile profile = Profile.of(text, word.start(), word.end());
    if (word.end() - word.start() < SHORTEST
        || (profile.digits() == 0 && !(quoted && profile.others() > 0))) {
      return null;
    }
    if (quoted) {
      return new Assignment(word.start(), word.end(), Notation.ARGUMENT);
    }
    if (profile.letters() > 0 && (isDirective(text, name, word, to) || followsUser(text, name))) {
      return new Assignment(word.start(), word.end(), Notation.LOOSE);
    }
    boolean variable = isVariable(text, name);
    boolean compound = isCompound(text, name);
    int length = profile.length();
    boolean generated =
        (variable
                || (length >= SHORTEST_TOKEN && !isKey(text, name))
                || (length >= SHORTEST_KEY && compound))
            && Randomness.looksGenerated(text, word.start(), word.end());
    return generated || (compound && isMadeUp(profile))
        ? new Assignment(word.start(), word.end(), Notation.LOOSE)
        : null;
  }

  /** Where the value may begin behind a tab, a comma, a line's end or quotes; or -1. */
  private static int afterMark(byte[] text, int at, int to) {
    byte b = text[at];
    if (b == '\t' || b == ',' || b == ';' || b == '|') {
      return at + 1;
    }
    if (b == '\\' && text[at + 1] == 't') {
      return at + 2;
    }
    boolean quote = b == '"' || b == '\'';
    int line = at;
    while (line < at + 3 && line < to && "\"'])".indexOf(text[line]) >= 0) {
      line++;
    }
    if (line < to && text[line] == '\n') {
      return line + 1;
    }
    return quote && at + 3 < to && text[at + 1] == ' ' && text[at + 2] == b ? at + 2 : -1;
  }

  /** What a sentence tells of the name: {@code the API key for the sandbox is …}. */
  private static @Nullable Assignment told(byte[] text, int from, int to) {
    int limit = Math.min(to, from + TOLD);
    int end = from;
    while (end < limit && text[end] == ' ') {
      int start = end + 1;
      end = start;
      while (end < limit && !Bytes.isSpace(text[end])) {
        end++;
      }
      if (Phrases.tells(text, start, end)) {
        Assignment word = Assignment.option(text, end, to);
        if (word != null
            && word.end() - word.start() >= SHORTEST_TOKEN
            && Randomness.looksGenerated(text, word.start(), word.end())) {
          return new Assignment(word.start(), word.end(), Notation.LOOSE);
        }
      }
    }
    return null;
  }

  /** Whether a user is named before: {@code user web14 pass …}. */
  private static boolean followsUser(byte[] text, CredentialName name) {
    int word = name.start() - 1;
    while (word > 0 && name.start() - word < USER && !Bytes.isSpace(text[word - 1])) {
      word--;
    }
    for (byte[] user : USERS) {
      int start = word - user.length;
      if (start >= 0
          && Bytes.startsWithWord(text, start, word, user)
          && (start == 0 || !Bytes.isName(text[start - 1]))) {
        return true;
      }
    }
    return false;
  }

  /** The value of a row: it must look generated, and the name be no word of prose. */
  private static @Nullable Assignment inRow(byte[] text, CredentialName name, int from, int to) {
    if (from >= to || !isCompound(text, name) || isEncoded(text, name)) {
      return null;
    }
    int start = from + (text[from] == ' ' ? 1 : 0);
    Assignment word = Assignment.at(text, start, to);
    return word != null
            && word.end() - word.start() >= SHORTEST_KEY
            && (Randomness.looksGenerated(text, word.start(), word.end())
                || Hashes.isUuid(text, word.start(), word.end()))
        ? new Assignment(word.start(), word.end(), Notation.LOOSE)
        : null;
  }

  /** The value at the end of a line, as labels and reports have it: no type of a column looks so generated. */
  private static @Nullable Assignment lastCell(byte[] text, int from, int to) {
    Assignment word = Assignment.at(text, from, to);
    if (word == null || (word.end() < to && text[word.end()] != '\n' && text[word.end()] != '\r')) {
      return null;
    }
    Profile profile = Profile.of(text, word.start(), word.end());
    boolean generated = profile.digits() > 2 && profile.letters() > 2 && profile.length() >= SHORTEST_PASSWORD;
    return generated || isMadeUp(profile) ? new Assignment(word.start(), word.end(), Notation.LOOSE) : null;
  }

  /** The address of an account or a contract, which the public ledger of Ethereum shows. */
  private static boolean isAccount(byte[] text, int start, int end) {
    return end - start == ACCOUNT && text[start] == '0' && text[start + 1] == 'x';
  }

  /** Whether the name is the end of an encoded line that happens to read like one. */
  private static boolean isEncoded(byte[] text, CredentialName name) {
    boolean goesOn = name.start() > 0 && Bytes.isToken(text[name.start() - 1]);
    return goesOn
        || (name.end() - name.start() >= LONGEST_NAME
            && Randomness.looksGenerated(text, name.start(), name.end()));
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

  /** Words joined by an underscore or a capital, as no prose has them. */
  static boolean isCompound(byte[] text, CredentialName name) {
    for (int i = name.start() + 1; i < name.end(); i++) {
      if (text[i] == '_' || (Bytes.isUpper(text[i]) && Bytes.isLower(text[i - 1]))) {
        return true;
      }
    }
    return false;
  }

  /** Letters of both cases with digits and a symbol: what people make up as a password. */
  private static boolean isMadeUp(Profile profile) {
    return profile.mixedCase() && profile.digits() > 0 && profile.others() > 0;
  }
}
