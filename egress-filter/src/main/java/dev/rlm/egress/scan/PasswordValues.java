package dev.rlm.egress.scan;

import dev.rlm.egress.scan.Assignment.Notation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Decides whether what is assigned to a password's name is a literal password and not an
 * expression, a label or a placeholder.
 */
final class PasswordValues {

  /** Bytes that a sealed secret of Kubernetes has at least: 512 of a wrapped key come first. */
  private static final int SEALED = 200;

  /** What tells where a password is kept, or what it has to be. */
  private static final List<byte[]> REFERENCES =
      Stream.of(
              "http://", "https://", "~/", "@Microsoft.KeyVault(", "arn:aws:", "ENC[", "required|",
              "op://", "vault:")
          .map(reference -> reference.getBytes(StandardCharsets.US_ASCII))
          .toList();

  private static final byte[] PSK = "psk".getBytes(StandardCharsets.US_ASCII);
  private static final int MOST_BLANKS = 6;

  private PasswordValues() {}

  static boolean isPassword(byte[] text, CredentialName name, Assignment value, int to) {
    int start = value.start();
    int end = value.end();
    int length = end - start;
    if (length < 4
        || length > 512
        || Templates.isTemplate(text, start, end)
        || Placeholders.isPlaceholder(text, start, end, 3)) {
      return false;
    }
    if (!isLiteral(text, name, value)
        || isParameter(text, value)
        || isSelectorOrAddress(text, start, end)
        || Placeholders.isEmptyWord(text, start, end)) {
      return false;
    }
    if (value.notation() == Notation.LOOSE
        && text[name.end()] == '"'
        && isShortNumber(text, value)) {
      return false; // a number of JSON, as in a vocabulary
    }
    if (isFieldOfLine(text, name, value)) {
      return false;
    }
    if (Placeholders.isWord(text, start, end) && !hasUser(text, name, value, to)) {
      return false;
    }
    Profile profile = Profile.of(text, start, end);
    boolean generated = Randomness.looksGenerated(text, start, end);
    boolean strong = profile.digits() > 0 || hasSymbol(text, start, end) || generated;
    boolean noCall = generated && !hasCall(text, start, end, to);
    return switch (value.notation()) {
      case QUOTED ->
          (!hasBlank(text, start, end)
                  || Bytes.endsWithWord(text, name.start(), name.end(), PSK)
                  || hasUser(text, name, value, to))
              && !(profile.others() == 0
                  && profile.digits() == 0
                  && isOwnName(text, name, start, end));
      case ARGUMENT -> strong && !hasBlank(text, start, end);
      case ELEMENT -> true;
      case TIGHT ->
          !isOwnName(text, name, start, end)
              && ((strong || isCapitals(text, name) || hasUser(text, name, value, to))
                  ? !hasCall(text, start, end, to)
                  : !isExpression(text, start, end, to));
      case LOOSE ->
          strong
              ? noCall || !isExpression(text, start, end, to)
              : endsLine(text, end, to)
                  && !hasCall(text, start, end, to)
                  && !isOwnName(text, name, start, end)
                  && hasUser(text, name, value, to);
      case OPTION -> noCall || !isExpression(text, start, end, to);
    };
  }

  private static boolean hasUser(byte[] text, CredentialName name, Assignment value, int to) {
    return value.notation() != Notation.ELEMENT && Siblings.hasUser(text, name, to);
  }

  /** Whether it is a parameter of a statement, such as {@code @name}. */
  private static boolean isParameter(byte[] text, Assignment value) {
    int length = value.end() - value.start();
    return value.notation() != Notation.QUOTED
        && text[value.start()] == '@'
        && Profile.of(text, value.start(), value.end()).letters() == length - 1;
  }

  private static boolean isLiteral(byte[] text, CredentialName name, Assignment value) {
    // The key of a wireless network is made of words as often as not.
    int blanks = Bytes.endsWithWord(text, name.start(), name.end(), PSK) ? -MOST_BLANKS : 0;
    for (int i = value.start(); i < value.end(); i++) {
      byte b = text[i];
      boolean blank =
          b == ' '
              && !(value.notation() == Notation.QUOTED
                  && value.end() - value.start() < 32
                  && blanks++ <= 0);
      boolean joined = b == '+' && !Bytes.isAlphanumeric(text[value.end() - 1]);
      if ((i == value.start() && (joined || b == ',' || (b == '.' && text[i + 1] == '$')))
          || blank
          || b == '\t'
          || b == '\n'
          || (value.notation() != Notation.QUOTED && (b == '(' || b == '[' || b == '{'))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether the value merely repeats the name or speaks of passwords itself, as labels and names of
   * form fields do.
   */
  private static boolean isOwnName(byte[] text, CredentialName name, int start, int end) {
    int length = end - start;
    int own = name.end() - name.start();
    return length <= own
        ? Bytes.isSameWord(text, start, name.end() - length, length)
        : Bytes.isSameWord(text, end - own, name.start(), own)
            && hasJoint(text, start, end)
            && Profile.of(text, start, end).upper() == 0;
  }

  private static boolean hasJoint(byte[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (text[i] == '_' || text[i] == '-') {
        return true;
      }
    }
    return false;
  }

  private static boolean hasBlank(byte[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (text[i] == ' ') {
        return true;
      }
    }
    return false;
  }

  /** Whether name and value are among the fields of a described line: {@code name:password:UID:…}. */
  private static boolean isFieldOfLine(byte[] text, CredentialName name, Assignment value) {
    boolean colons =
        name.start() > 0 && text[name.start() - 1] == ':' && text[name.end()] == ':';
    boolean more = false;
    for (int i = value.start(); colons && i < value.end(); i++) {
      more |= text[i] == ':';
    }
    return more && Profile.of(text, value.start(), value.end()).digits() == 0;
  }

  private static boolean isShortNumber(byte[] text, Assignment value) {
    Profile profile = Profile.of(text, value.start(), value.end());
    return profile.digits() == profile.length() && profile.length() < 6;
  }

  private static boolean isCapitals(byte[] text, CredentialName name) {
    return Profile.of(text, name.start(), name.end()).lower() == 0;
  }

  private static boolean isSelectorOrAddress(byte[] text, int start, int end) {
    byte first = text[start];
    if ((first == '#' || first == '.' || first == '/' || first == ':')
        && Profile.of(text, start, end).digits() == 0) {
      for (int i = start + 1; i < end; i++) {
        if (!(Bytes.isName(text[i])
            || text[i] == '/'
            || text[i] == '#'
            || text[i] == '@'
            || text[i] == ':')) {
          return false;
        }
      }
      return true;
    }
    if (isLowerPath(text, start, end)) {
      return true;
    }
    for (byte[] reference : REFERENCES) {
      if (Bytes.startsWith(text, start, end, reference)) {
        return true;
      }
    }
    return end - start >= SEALED
        && text[start] == 'A'
        && text[start + 1] == 'g'
        && (text[start + 2] == 'A' || text[start + 2] == 'B');
  }

  private static boolean isLowerPath(byte[] text, int start, int end) {
    int slashes = 0;
    for (int i = start; i < end; i++) {
      if (text[i] == '/') {
        slashes++;
      } else if (!(Bytes.isLower(text[i])
          || Bytes.isDigit(text[i])
          || "_-#.@:".indexOf(text[i]) >= 0)) {
        return false;
      }
    }
    return slashes > 1 || (slashes == 1 && Profile.of(text, start, end).digits() == 0);
  }

  private static boolean hasSymbol(byte[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      if ("!@#%^&*?+~$=".indexOf(text[i]) >= 0) {
        return true;
      }
    }
    return false;
  }

  /** Calls, indexing and members: what programs assign, and no configuration file. */
  private static boolean hasCall(byte[] text, int start, int end, int to) {
    if (end < to && (text[end] == '(' || text[end] == '[')) {
      return true;
    }
    boolean member = false;
    for (int i = start + 1; i + 1 < end; i++) {
      if ("!#%^~".indexOf(text[i]) >= 0) {
        return false; // which no program has between names
      }
      member |= text[i] == '.' && Bytes.isLetter(text[i - 1]) && Bytes.isLetter(text[i + 1]);
    }
    // No member has several digits at its end where nothing of a program follows.
    boolean word = end == to || Bytes.isSpace(text[end]);
    return member && !(word && Bytes.isDigit(text[end - 1]) && Bytes.isDigit(text[end - 2]));
  }

  /** Identifiers with dots, calls, indexing: what programs assign. */
  private static boolean isExpression(byte[] text, int start, int end, int to) {
    if (end < to && (text[end] == '(' || text[end] == '[')) {
      return true;
    }
    boolean dot = false;
    for (int i = start; i < end; i++) {
      byte b = text[i];
      if (b == '(' || b == '[' || b == '{' || (b == '$' && i == start)) {
        return true;
      }
      if (b == '?' && dot) {
        return true; // one of two values
      }
      if (b == '.' || b == ':') {
        dot |=
            i > start && i + 1 < end && Bytes.isLetter(text[i - 1]) && Bytes.isLetter(text[i + 1]);
      } else if (!Bytes.isAlphanumeric(b) && b != '_' && b != '-') {
        return false;
      }
    }
    Profile profile = Profile.of(text, start, end);
    return dot || profile.digits() == 0;
  }

  private static boolean endsLine(byte[] text, int end, int to) {
    return end >= to
        || text[end] == '\n'
        || text[end] == '\r'
        || text[end] == '\\'
        || text[end] == ';'
        || text[end] == '"';
  }
}
