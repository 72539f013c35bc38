package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.util.Arrays;
import java.util.List;

/** Finds passwords in addresses: {@code scheme://user:password@host}. */
final class UserInfo {

  static final String ANCHOR = "://";
  private static final String RULE = "url-passwd";
  private static final int LONGEST = 400;

  /** What follows the password where a driver writes the protocol behind it. */
  static final List<String> PROTOCOLS = List.of("@tcp(", "@unix(");

  /** What follows the password where Oracle's programs connect. */
  static final List<String> ORACLE = List.of("@//");

  private UserInfo() {}

  /** Examines what stands before a host: {@code user/password@//host}. */
  static int oracle(byte[] text, int at, List<Span> out) {
    return before(text, at, '/', "\"'`=:", out);
  }

  /** Examines what stands before a protocol: {@code user:password@tcp(host)}. */
  static int driver(byte[] text, int at, List<Span> out) {
    return before(text, at, ':', "\"'`=/", out);
  }

  /** Examines a user and a password that end at a place, and before which one of some bytes stands or a blank. */
  private static int before(byte[] text, int at, char separator, String bounds, List<Span> out) {
    int start = at;
    while (start > 0
        && at - start < LONGEST
        && !Bytes.isSpace(text[start - 1])
        && bounds.indexOf(text[start - 1]) < 0) {
      start--;
    }
    int user = start;
    while (user < at && text[user] != separator) {
      user++;
    }
    if (at - user > 3 && isLiteral(text, user + 1, at) && !isDefault(text, start, user, at)) {
      out.add(Span.secret(user + 1, at, RULE, Confidence.MEDIUM));
    }
    return at + 1;
  }

  /** Gives the end of what was examined. */
  static int apply(byte[] text, int anchor, int to, List<Span> out) {
    int start = anchor + ANCHOR.length();
    int limit = Math.min(to, start + LONGEST);
    int colon = -1;
    int at = -1;
    int i = start;
    for (; i < limit; i++) {
      byte b = text[i];
      if (b == ':' && colon < 0) {
        colon = i;
      } else if (b == '@') {
        at = i;
      } else if (b <= ' ' || b == '"' || b == '\'' || b == '`' || b == '<' || b == '>'
          || b == '\\') {
        break;
      } else if (b == '/' && (colon < 0 || at >= 0 || isPort(text, colon + 1, i))) {
        break;
      }
    }
    if (at < 0) {
      return i;
    }
    if (colon < 0 || colon > at) {
      bareToken(text, start, at, out);
      return i;
    }
    int from = colon + 1;
    if ((colon > start || isMixed(text, from, at)) // a store of keys has no users
        && at - from >= 3
        && at + 1 < to
        && (Bytes.isAlphanumeric(text[at + 1])
            || text[at + 1] == '['
            || text[at + 1] == '%'
            || text[at + 1] == '-')
        && isLiteral(text, from, at)
        && !isDefault(text, start, colon, at)) {
      out.add(Span.secret(from, at, RULE, Confidence.MEDIUM));
    }
    bareToken(text, start, colon, out);
    return i;
  }

  /** A user of letters with the same word for a password: what software is delivered with. */
  private static boolean isDefault(byte[] text, int start, int colon, int at) {
    return Profile.of(text, start, colon).letters() == colon - start
        && Arrays.equals(text, start, colon, text, colon + 1, at);
  }

  private static boolean isMixed(byte[] text, int from, int to) {
    Profile password = Profile.of(text, from, to);
    return password.digits() > 0 && password.letters() > 0;
  }

  /** A token may stand where the user's name would. */
  private static void bareToken(byte[] text, int start, int end, List<Span> out) {
    if (end - start >= 16
        && Randomness.looksGenerated(text, start, end)
        && !Placeholders.isPlaceholder(text, start, end, 6)) {
      out.add(Span.secret(start, end, RULE, Confidence.LOW));
    }
  }

  private static boolean isPort(byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!Bytes.isDigit(text[i])) {
        return false;
      }
    }
    return to - from <= 5;
  }

  private static boolean isLiteral(byte[] text, int from, int to) {
    if (Templates.isTemplate(text, from, to)
        || text[from] == '$'
        || text[from] == '&'
        || (text[from] == '%' && Bytes.isLetter(text[to - 1]) && to - from < 5)) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (text[i] == '{' || text[i] == '<' || text[i] == '(') {
        return false;
      }
    }
    return !Placeholders.isPlaceholder(text, from, to, 3)
        && !Placeholders.isEmptyWord(text, from, to);
  }
}
