package dev.rlm.egress.echo;

/**
 * Which scraps of eight steps stand in a document: bits by their hash, half a bit to one for each
 * byte, so that of a text one in each run's length need be looked up. Immutable once the document is read.
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

  /** Enters scraps of the document by what they are worth. */
  void add(int[] eights, int count) {
    for (int i = 0; i < count; i++) {
      int place = eights[i] >>> shift;
      long word = bits[place >>> 6];
      long bit = 1L << place;
      // Most stand there already, and what is not written need not be written back.
      if ((word & bit) == 0) {
        bits[place >>> 6] = word | bit;
      }
    }
  }

  /** Adds what others of the same document hold. */
  void addAll(Scraps other) {
    for (int i = 0; i < bits.length; i++) {
      bits[i] |= other.bits[i];
    }
  }

  /** Bytes that they take up. */
  long size() {
    return 8L * bits.length;
  }

  /** Whether the document may hold the scrap from a symbol on. */
  boolean mayHold(byte[] symbols, int at) {
    return bit(steps.eight(symbols, at)) != 0;
  }

  /**
   * Whether the document may hold each of several scraps: a bit for each. All values are made before
   * the first is looked up, so that the memory is waited for once.
   *
   * @param scraps the symbols at which they begin
   * @param count how many there are, at most 64
   * @param eights receives their values
   */
  long mayHold(byte[] symbols, int[] scraps, int count, int[] eights) {
    for (int i = 0; i < count; i++) {
      eights[i] = steps.eight(symbols, scraps[i]);
    }
    long held = 0;
    for (int i = 0; i < count; i++) {
      held |= bit(eights[i]) << i;
    }
    return held;
  }

  private long bit(int eight) {
    int place = eight >>> shift;
    return (bits[place >>> 6] >>> place) & 1;
  }
}
