package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/**
 * Looks at the lines around a bare password: a user's name assigned nearby tells configuration from
 * prose.
 */
final class Siblings {

  private static final int REACH = 240;

  /** How far behind such a word the operator may stand. */
  private static final int LONGEST_REST = 20;

  private static final byte[][] USERS =
      Stream.of("user", "login", "uid", "account", "mail")
          .map(user -> user.getBytes(StandardCharsets.US_ASCII))
          .toArray(byte[][]::new);

  /** What stands for a user behind such a word and a dot: all else is another setting, or a label. */
  private static final Words MEMBERS = Words.of("name", "username", "user", "login", "id", "email", "mail", "account");

  private static final boolean[] BEGINS = new boolean[128];

  static {
    for (byte[] user : USERS) {
      BEGINS[user[0]] = true;
    }
  }

  private Siblings() {}

  /** Whether one of those words, where it stands first around a name, has a value assigned. */
  static boolean hasUser(byte[] text, CredentialName name, int to) {
    int end = Math.min(to, name.end() + REACH);
    int seen = 0;
    for (int i = Math.max(0, name.start() - REACH); i < end; i++) {
      boolean inName = i >= name.start() && i < name.end();
      if (inName || !BEGINS[Bytes.lower(text[i]) & 0x7f]) {
        continue;
      }
      for (int user = 0; user < USERS.length; user++) {
        if ((seen >>> user & 1) == 0 && Bytes.startsWithWord(text, i, end, USERS[user])) {
          seen |= 1 << user;
          if (isAssigned(text, i + USERS[user].length, end)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static boolean isAssigned(byte[] text, int from, int to) {
    int at = from;
    if (at < to && text[at] == '.') {
      int member = at + 1;
      for (at = member; at < to && Bytes.isName(text[at]); ) {
        at++;
      }
      if (!MEMBERS.contains(text, member, at)) {
        return false;
      }
    }
    while (at < Math.min(to, from + LONGEST_REST)
        && (Bytes.isName(text[at]) || text[at] == ' ' || text[at] == '"' || text[at] == '\'')) {
      at++;
    }
    return at < to && (text[at] == '=' || text[at] == ':');
  }
}
