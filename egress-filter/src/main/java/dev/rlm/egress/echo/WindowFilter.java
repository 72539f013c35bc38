package dev.rlm.egress.echo;

/**
 * Which windows may stand in a document: the cheap question that is asked of every text. A Bloom
 * filter with the three bits of a window in one word. For one thread while windows are added; then
 * immutable.
 */
final class WindowFilter {

  /** Bits for a byte of a document. */
  private static final int BITS = 1;

  private final long[] words;

  WindowFilter(long documentSize) {
    words = new long[(int) Math.max(8, documentSize * BITS / Long.SIZE)];
  }

  /** Adds windows. */
  void add(long[] hashes, int count) {
    for (int i = 0; i < count; i++) {
      words[word(hashes[i])] |= mask(hashes[i]);
    }
  }

  /** Adds what another of the same size holds. */
  void addAll(WindowFilter other) {
    for (int i = 0; i < words.length; i++) {
      words[i] |= other.words[i];
    }
  }

  /**
   * Picks out of hashes those whose windows may be in the document. Without a branch, so that the
   * memory is waited for once and not for each.
   *
   * @param picked receives the indices
   * @return how many there are
   */
  int pick(long[] hashes, int count, int[] picked) {
    int n = 0;
    for (int i = 0; i < count; i++) {
      long missing = ~words[word(hashes[i])] & mask(hashes[i]);
      picked[n] = i;
      n += 1 - (int) ((missing | -missing) >>> 63);
    }
    return n;
  }

  /** Bytes that it takes up. */
  long size() {
    return 8L * words.length;
  }

  private int word(long hash) {
    return (int) ((((hash * 0x9E3779B97F4A7C15L) >>> 32) * words.length) >>> 32);
  }

  private static long mask(long hash) {
    return 1L << (hash >>> 11) | 1L << (hash >>> 17) | 1L << (hash >>> 23);
  }
}
