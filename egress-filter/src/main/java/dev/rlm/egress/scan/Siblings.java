package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Looks at the lines around a bare password: a user's name assigned nearby tells configuration from
 * prose.
 */
final class Siblings {

  private static final int REACH = 240;

  private Siblings() {}

  static boolean hasUser(byte[] text, CredentialName name, int to) {
    int from = Math.max(0, name.start() - REACH);
    int end = Math.min(to, name.end() + REACH);
    String around =
        new String(text, from, end - from, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    for (String user : new String[] {"user", "login", "uid", "account", "mail"}) {
      int at = around.indexOf(user);
      if (at >= 0 && isAssigned(around, at + user.length())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAssigned(String text, int from) {
    int at = from;
    while (at < text.length()
        && at < from + 20
        && (Character.isLetterOrDigit(text.charAt(at))
            || "_-. \"'".indexOf(text.charAt(at)) >= 0)) {
      at++;
    }
    return at < text.length() && (text.charAt(at) == '=' || text.charAt(at) == ':');
  }
}
