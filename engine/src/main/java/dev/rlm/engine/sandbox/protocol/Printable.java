package dev.rlm.engine.sandbox.protocol;

/** Makes attacker text fit for one line of a log or a message. */
final class Printable {

  private static final int MAX_LENGTH = 500;

  private Printable() {}

  /** Returns the end of the text, at most 500 characters, with everything but printable ASCII escaped. */
  static String of(String text) {
    StringBuilder line = new StringBuilder();
    String end = text.substring(Math.max(0, text.length() - MAX_LENGTH));
    for (int i = 0; i < end.length(); i++) {
      char c = end.charAt(i);
      if (c >= ' ' && c < 127) {
        line.append(c);
      } else {
        line.append("\\u%04x".formatted((int) c));
      }
    }
    return line.toString();
  }
}
