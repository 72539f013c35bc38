package dev.rlm.egress.echo;

/**
 * The symbols around a place of the context. Kept from question to question, because most
 * candidates are refuted by them alone.
 */
final class Surroundings {

  private static final int FEW = 512;
  private static final int MOST = 64 << 10;

  byte[] symbols = new byte[FEW + 16];
  int count;
  private byte[] bytes = new byte[FEW];
  private long from;
  private int length;

  /**
   * Reads from a place on until there are enough symbols, or so many bytes that something else than
   * text stands there.
   */
  void read(ContextText text, long start, int needed) {
    from = start;
    count = 0;
    for (int wanted = FEW; ; wanted *= 4) {
      if (bytes.length < wanted) {
        bytes = new byte[wanted];
        symbols = new byte[wanted + 16];
      }
      length = text.copy(start, bytes, wanted);
      if (start + length < text.length()) {
        length = Symbols.safeEnd(bytes, length);
      }
      count = Symbols.read(bytes, length, symbols);
      if (count >= needed || wanted >= MOST || start + length >= text.length()) {
        return;
      }
    }
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
