package dev.rlm.egress;

import java.nio.charset.StandardCharsets;

/** The text that stands before a value when its name is known. */
final class Named {

  private static final int MAXIMUM = 128;

  private Named() {}

  static byte[] prefix(String name) {
    StringBuilder text = new StringBuilder("\n");
    name.codePoints()
        .limit(MAXIMUM)
        .forEach(
            c ->
                text.appendCodePoint(
                    Character.isLetterOrDigit(c) || c == '-' || c == '.' ? c : '_'));
    return text.append(" = \"").toString().getBytes(StandardCharsets.UTF_8);
  }
}
