package dev.rlm.engine.remote;

/** Text as it comes, of which the head and the tail are kept. Used by one thread. */
final class HeadAndTail {

  private final int part;
  private final StringBuilder head = new StringBuilder();
  private final StringBuilder tail = new StringBuilder();
  private long cut;

  /** Keeps so many UTF-16 characters of each end, or a few more of the last. */
  HeadAndTail(int part) {
    this.part = part;
  }

  void add(String text) {
    int first = Math.min(text.length(), part - head.length());
    head.append(text, 0, first);
    tail.append(text, first, text.length());
    if (tail.length() > 2 * part) { // Seldom, so that not every piece moves all of it.
      cut += tail.length() - part;
      tail.delete(0, tail.length() - part);
    }
  }

  /** Returns what was kept, with a line that says how much is missing where something is. */
  String text() {
    return cut == 0 ? head.toString() + tail : "%s\n[... %,d characters left out ...]\n%s".formatted(head, cut, tail);
  }
}
