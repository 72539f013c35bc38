package dev.rlm.egress.echo;

/**
 * Which scraps of eight steps stand in a document: bits by their hash, half a bit to one for each
 * byte. Every other scrap is entered; of two neighbours in a copy one is here, so that of a text one
 * pair in each run's length need be looked up. Immutable once the document is read.
 */
final class Scraps {

  private static final int SMALLEST = 12;
  private static final int LARGEST = 32;

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

  /** Whether the document may hold the scraps from a symbol on and from the next: 1 or 0. */
  long mayHold(byte[] symbols, int at) {
    return bit(steps.eight(symbols, at)) | bit(steps.eight(symbols, at + 1));
  }

  /**
   * Whether the document may hold each of several pairs of scraps, at fixed distances: a bit for each.
   * All values are made before the first is looked up, so that the memory is waited for once.
   *
   * @param eights receives the values, two for each pair
   */
  long mayHold(byte[] symbols, int from, int apart, int pairs, int[] eights) {
    for (int i = 0; i < pairs; i++) {
      eights[2 * i] = steps.eight(symbols, from + i * apart);
      eights[2 * i + 1] = steps.eight(symbols, from + i * apart + 1);
    }
    long held = 0;
    for (int i = 0; i < pairs; i++) {
      held |= (bit(eights[2 * i]) | bit(eights[2 * i + 1])) << i;
    }
    return held;
  }

  private long bit(int eight) {
    int place = eight >>> shift;
    return (bits[place >>> 6] >>> place) & 1;
  }
}
