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
      if (!BEGINS[Bytes.lower(text[i]) & 0x7f]) {
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
    while (at < Math.min(to, from + LONGEST_REST)
        && (Bytes.isName(text[at]) || text[at] == ' ' || text[at] == '"' || text[at] == '\'')) {
      at++;
    }
    return at < to && (text[at] == '=' || text[at] == ':');
  }
}
