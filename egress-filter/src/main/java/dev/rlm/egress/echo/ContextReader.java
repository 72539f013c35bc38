package dev.rlm.egress.echo;

/**
 * Reads the symbols of a context from a place on, ahead or back. Reading back cannot know where an
 * escape begins before it has seen it, so it reads a piece forwards from a safe distance and hands
 * its symbols out from the end.
 */
final class ContextReader {

  private static final int PIECE = 512;
  private static final int LARGEST = 16 << 10;

  private final ContextText context;
  private final boolean ahead;
  private long position;
  private int size = PIECE;
  private byte[] symbols = new byte[0];
  private int at;
  private int count;

  ContextReader(ContextText context, long place, boolean ahead) {
    this.context = context;
    this.position = place;
    this.ahead = ahead;
  }

  /** The next symbol, or 0 at the end of the document. */
  int next() {
    if (at == count && !fill()) {
      return 0;
    }
    return ahead ? symbols[at++] : symbols[count - 1 - at++];
  }

  private boolean fill() {
    at = 0;
    count = 0;
    while (count == 0) {
      long left = ahead ? context.length() - position : position;
      if (left <= 0) {
        return false;
      }
      int length = (int) Math.min(size, left);
      byte[] bytes = new byte[length];
      if (ahead) {
        context.copy(position, bytes, length);
        int end = left > length ? Symbols.safeEnd(bytes, length) : length;
        read(bytes, 0, end);
        position += end;
      } else {
        context.copy(position - length, bytes, length);
        int start = left > length ? Symbols.safeStart(bytes, length / 2) : 0;
        read(bytes, start, length);
        position -= length - start;
      }
      size = Math.min(LARGEST, size * 2);
    }
    return true;
  }

  private void read(byte[] bytes, int from, int to) {
    symbols = new byte[to - from + 16];
    count = Symbols.read(bytes, from, to, symbols);
  }
}
