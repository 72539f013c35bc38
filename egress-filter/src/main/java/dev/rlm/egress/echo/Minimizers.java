package dev.rlm.egress.echo;

/**
 * Chooses windows of a text by what stands in them, so that a context and a copy of it choose the
 * same ones wherever the copy begins: of every {@value #SPREAD} windows in a row the one of least
 * rank, which is about every fifteenth. The rank is a hash of the middle of a window under a random
 * key, and the same for all rotations of the text and for its reversal, as {@link Steps} are.
 *
 * <p>The loops over ranks read ahead of where they write, in one array and with fixed distances: that
 * is what the compiler turns into vector instructions. Keeps its arrays, hence not thread-safe.
 */
final class Minimizers {

  /** Of so many windows in a row one is chosen. */
  static final int SPREAD = 28;

  /** Symbols that are needed for one choice. */
  static final int NEEDED = SPREAD + Steps.WINDOW;

  /** Choices at a time: what is needed for them fits the first-level cache. */
  static final int BLOCK = 2048;

  private static final int PLACE = 2 * BLOCK - 1;

  private static final int EIGHT = Steps.EIGHT;

  /** Where the chosen windows begin. */
  final int[] places = new int[BLOCK + 1];

  /** Their hashes. */
  final long[] hashes = new long[BLOCK + 1];

  /** What the steps of the block are worth, eight by eight. */
  final int[] eights = new int[BLOCK + NEEDED + 16];

  /** How many of them there are. */
  int joined;

  private final Steps steps;
  private final int[] values = new int[BLOCK + NEEDED + 16];
  private final int[] ranks = new int[BLOCK + NEEDED + 16];
  private int last = -1;

  Minimizers(Steps steps) {
    this.steps = steps;
  }

  /** Begins with another text. */
  void begin() {
    last = -1;
  }

  /**
   * Chooses among the windows that begin in a block of {@value #BLOCK} symbols and the {@value
   * #SPREAD} after it, without those that say nothing; gives how many. Blocks of one text are to be
   * asked for in their order, after {@link #begin}.
   */
  int choose(byte[] symbols, int from, int count) {
    int choices = Math.min(BLOCK, count - from - NEEDED + 1);
    if (choices <= 0) {
      return 0;
    }
    int windows = choices + SPREAD - 1;
    steps.write(symbols, from, windows + Steps.WINDOW - 1, values);
    joined = windows + 2 * EIGHT;
    Steps.join(values, eights, joined);
    rank(eights, ranks, windows);
    least(ranks, windows);
    int found = gather(ranks, choices, places);
    int kept = 0;
    int monotonous = -2;
    for (int i = 0; i < found; i++) {
      int at = places[i];
      // In a text that repeats itself every window is chosen: each need not be compared whole.
      if (at == monotonous + 1
          ? Steps.staysMonotonous(values, at)
          : Steps.isMonotonous(values, at)) {
        monotonous = at;
      } else if (from + at != last) {
        places[kept] = from + at;
        hashes[kept++] = steps.hash(eights[at], eights[at + EIGHT], eights[at + 2 * EIGHT]);
      }
      last = from + at;
    }
    return kept;
  }

  /** The rank of each window: what its middle is worth, and below it its place. */
  private static void rank(int[] eights, int[] ranks, int windows) {
    for (int i = 0; i < windows; i++) {
      ranks[i] = (eights[i + EIGHT] & ~PLACE) | i;
    }
  }

  /** The least of the {@value #SPREAD} ranks from each place on: of 2, of 4, of 8, of 16, of all. */
  private static void least(int[] ranks, int windows) {
    for (int i = 0; i < windows - 1; i++) {
      ranks[i] = Math.min(ranks[i], ranks[i + 1]);
    }
    for (int i = 0; i < windows - 3; i++) {
      ranks[i] = Math.min(ranks[i], ranks[i + 2]);
    }
    for (int i = 0; i < windows - 7; i++) {
      ranks[i] = Math.min(ranks[i], ranks[i + 4]);
    }
    for (int i = 0; i < windows - 15; i++) {
      ranks[i] = Math.min(ranks[i], ranks[i + 8]);
    }
    for (int i = 0; i < windows - 27; i++) {
      ranks[i] = Math.min(ranks[i], ranks[i + 12]);
    }
  }

  /** The places of the least ranks, each once; without a branch, for none could be foretold. */
  private static int gather(int[] ranks, int choices, int[] places) {
    int n = 0;
    int before = ranks[0];
    for (int i = 1; i < choices; i++) {
      int now = ranks[i];
      int difference = now ^ before;
      places[n] = before & PLACE;
      n += (difference | -difference) >>> 31;
      before = now;
    }
    places[n++] = before & PLACE;
    return n;
  }
}
