package dev.rlm.egress.echo;

/**
 * Which scraps of eight steps stand in a document: bits by their hash, half a bit to one for each
 * byte. Every other scrap is entered; of two neighbours in a copy one is here, so that of text unlike
 * the document a few pairs in each run's length are looked at and nothing else. Immutable once the
 * document is read.
 */
final class Scraps {

  private static final int SMALLEST = 12;
  private static final int LARGEST = 32;

  /** Between the pairs of a run that are looked at. */
  private static final int APART = 11;

  private final Steps steps;
  private final int shift;
  private final long[] bits;

  Scraps(Steps steps, long documentSize) {
    this.steps = steps;
    int log = Math.clamp(63 - Long.numberOfLeadingZeros(documentSize | 1), SMALLEST, LARGEST);
    shift = 32 - log;
    bits = new long[1 << (log - 6)];
  }

  /** Enters every other one of neighbouring scraps of the document, by what they are worth. */
  void add(int[] eights, int count) {
    for (int i = 0; i < count; i += 2) {
      int place = eights[i] >>> shift;
      long word = bits[place >>> 6];
      long bit = 1L << place;
      // Most stand there already, and what is not written need not be written back.
      if ((word & bit) == 0) {
        bits[place >>> 6] = word | bit;
      }
    }
  }

  /** Bytes that they take up. */
  long size() {
    return 8L * bits.length;
  }

  private boolean mayHold(int eight) {
    int bit = eight >>> shift;
    return (bits[bit >>> 6] >>> bit & 1) != 0;
  }

  /**
   * Finds the first place at which a run of the document may begin.
   *
   * @param from where to begin
   * @param count number of symbols
   * @param run how many symbols a run has at least, more than {@link Steps#EIGHT} + 1
   * @return the place; when there is none, one from which fewer than {@code run} symbols follow
   */
  int next(byte[] symbols, int from, int count, int run) {
    int at = from;
    // Every run that begins up to the last pair of the one that begins here has that pair, so the
    // last one that is missing rules all of them out up to itself.
    int last = run - 2 - Steps.EIGHT;
    int probe = last;
    while (probe >= 0 && at + run <= count) {
      if (mayHold(steps.eight(symbols, at + probe))
          || mayHold(steps.eight(symbols, at + probe + 1))) {
        probe -= APART;
      } else {
        at += probe + 1;
        probe = last;
      }
    }
    return at;
  }
}
