package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;

/** The words before a password in a .netrc file. */
final class Netrc {

  private static final int REACH = 200;
  private static final int WORD = "password".length();

  private Netrc() {}

  static boolean precedes(byte[] text, CredentialName name) {
    int next = name.end();
    if (name.end() - name.start() != WORD || next >= text.length || text[next] != ' ') {
      return false;
    }
    int from = Math.max(0, name.start() - REACH);
    String before = new String(text, from, name.start() - from, StandardCharsets.ISO_8859_1);
    return before.contains("machine ") && before.contains("login ");
  }
}
