package dev.rlm.egress.echo;

/** Reads a part of a document and enters what stands in it. For one thread. */
final class PartIndexer {

  private static final int PIECE = 1 << 16;

  private final ContextText text;
  private final Scraps scraps;
  private final WindowFilter filter;
  private final WindowTable.Writer table;
  private final Minimizers minimizers;

  /** Enters windows in a table that others may fill too; all else is this part's. */
  PartIndexer(ContextText text, Steps steps, WindowTable table) {
    this.text = text;
    scraps = new Scraps(steps, text.length());
    filter = new WindowFilter(text.length());
    this.table = table.new Writer();
    minimizers = new Minimizers(steps);
  }

  /**
   * Reads a part, and on into the next as far as a run may reach that begins in it.
   *
   * @param from its first byte, at the beginning of a stretch
   * @param to its end, at the beginning of a stretch or the document's end
   */
  void read(long from, long to) {
    byte[] piece = new byte[PIECE];
    byte[] symbols = new byte[PIECE + 16];
    int[] before = new int[PIECE / Symbols.STRETCH];
    long read = from;
    while (true) {
      int length = text.copy(read, piece, PIECE);
      boolean ends = read + length == text.length();
      int end = ends ? length : Symbols.safeEnd(piece, length);
      int count = Symbols.read(piece, end, symbols, before);
      enter(symbols, count, before, (end - 1) / Symbols.STRETCH, read / Symbols.STRETCH);
      // The next piece begins where the first window was not chosen from, and a little before, lest
      // an escape be cut.
      int next = stretch(before, (end - 1) / Symbols.STRETCH, 0, count - Minimizers.NEEDED + 1) - 1;
      read += (long) Symbols.STRETCH * Math.max(PIECE / 2 / Symbols.STRETCH, next);
      if (ends || read >= to) {
        return;
      }
    }
  }

  private void enter(byte[] symbols, int count, int[] before, int last, long first) {
    int stretch = 0;
    minimizers.begin();
    for (int from = 0; from + Minimizers.NEEDED <= count; from += Minimizers.BLOCK) {
      int chosen = minimizers.choose(symbols, from, count);
      scraps.add(minimizers.eights, minimizers.joined);
      filter.add(minimizers.hashes, chosen);
      table.fetch(minimizers.hashes, chosen);
      for (int i = 0; i < chosen; i++) {
        stretch = stretch(before, last, stretch, minimizers.places[i]);
        table.enter(i, minimizers.hashes[i], first + stretch);
      }
    }
  }

  /** The stretch in which a symbol begins, sought from another on. */
  private static int stretch(int[] before, int last, int from, int symbol) {
    int stretch = from;
    while (stretch < last && before[stretch + 1] <= symbol) {
      stretch++;
    }
    return stretch;
  }

  /** Adds what another part of the document holds. */
  void addAll(PartIndexer other) {
    scraps.addAll(other.scraps);
    filter.addAll(other.filter);
  }

  Scraps scraps() {
    return scraps;
  }

  WindowFilter filter() {
    return filter;
  }
}
