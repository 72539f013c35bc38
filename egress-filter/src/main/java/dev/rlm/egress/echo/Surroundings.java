package dev.rlm.egress.echo;

/**
 * The symbols around a place of the context. Kept from question to question, because most
 * candidates are refuted by them alone.
 */
final class Surroundings {

  private static final int FEW = 512;
  private static final int MOST = 64 << 10;
  private static final int BEFORE = 64;

  byte[] symbols = new byte[FEW + 16];
  int count;
  private int[] steps = new int[FEW + 16];
  private byte[] bytes = new byte[FEW];
  private long from;
  private int length;

  /**
   * Reads the symbols around a place, from a little before it on, until there are enough of them
   * after it, or so many bytes that something else than text stands there.
   */
  void read(ContextText text, Steps hashing, long place, int needed) {
    long start = Math.max(0, place - BEFORE);
    for (int wanted = FEW; ; wanted *= 4) {
      if (bytes.length < wanted) {
        bytes = new byte[wanted];
        symbols = new byte[wanted + 16];
        steps = new int[wanted + 16];
      }
      length = text.copy(start, bytes, wanted);
      int begin = start == 0 ? 0 : Symbols.safeStart(bytes, (int) (place - start));
      from = start + begin;
      if (start + length < text.length()) {
        length = Symbols.safeEnd(bytes, length);
      }
      int middle = (int) (place - start);
      count = Symbols.read(bytes, begin, length, symbols);
      if (count >= needed + middle - begin || wanted >= MOST || start + length >= text.length()) {
        length -= begin;
        hashing.write(symbols, 0, count - 1, steps);
        return;
      }
    }
  }

  /**
   * Finds a window that has given steps, or their mirror image.
   *
   * @param from first place to look at
   * @return its first symbol, or -1
   */
  int find(int[] window, int from) {
    for (int i = from; i + Steps.WINDOW < count; i++) {
      if (Steps.isSame(steps, i, window)) {
        return i;
      }
    }
    return -1;
  }

  /** The byte of the document at which the symbols begin. */
  long start() {
    return from;
  }

  /** The byte of the document at which they end. */
  long end() {
    return from + length;
  }
}
