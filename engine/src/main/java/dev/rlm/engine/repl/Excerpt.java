package dev.rlm.engine.repl;

/**
 * A text, or its head and tail with the count of what lies between. No character is torn.
 *
 * @param text the excerpt
 * @param cut UTF-16 characters that are left out
 */
record Excerpt(String text, int cut) {

  static Excerpt of(String text, int most) {
    if (text.length() <= most) {
      return new Excerpt(text, 0);
    }
    int head = whole(text, most / 2);
    int tail = whole(text, text.length() - (most - most / 2));
    return new Excerpt(
        "%s\n[... %,d characters left out ...]\n%s".formatted(text.substring(0, head), tail - head, text.substring(tail)),
        tail - head);
  }

  private static int whole(String text, int at) {
    boolean torn = at > 0 && at < text.length() && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
    return torn ? at - 1 : at;
  }
}
