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

  /** Steps that are ranked together; three times as many are a window, and the middle ranks it. */
  private static final int EIGHT = Steps.WINDOW / 3;

  /** Where the chosen windows begin. */
  final int[] places = new int[BLOCK + 1];

  /** Their hashes. */
  final long[] hashes = new long[BLOCK + 1];

  private final Steps steps;
  private final int[] values = new int[BLOCK + NEEDED + 16];
  private final int[] eights = new int[BLOCK + NEEDED + 16];
  private final int[] ranks = new int[BLOCK + NEEDED + 16];
  private int last = -1;

  Minimizers(Steps steps) {
    this.steps = steps;
  }

  /**
   * Chooses among the windows that begin in a block of {@value #BLOCK} symbols and the {@value
   * #SPREAD} after it, without those that say nothing; gives how many. Blocks of one text are to be
   * asked for in their order.
   */
  int choose(byte[] symbols, int from, int count) {
    int choices = Math.min(BLOCK, count - from - NEEDED + 1);
    if (choices <= 0) {
      return 0;
    }
    int windows = choices + SPREAD - 1;
    steps.write(symbols, from, windows + Steps.WINDOW - 1, values);
    join(values, eights, windows + 2 * EIGHT);
    rank(eights, ranks, windows);
    least(ranks, windows);
    int found = gather(ranks, choices, places);
    int kept = 0;
    last = from == 0 ? -1 : last;
    for (int i = 0; i < found; i++) {
      int at = places[i];
      if (from + at != last && !Steps.isMonotonous(values, at)) {
        places[kept] = from + at;
        hashes[kept++] = steps.hash(eights[at], eights[at + EIGHT], eights[at + 2 * EIGHT]);
      }
      last = from + at;
    }
    return kept;
  }

  /**
   * Makes one value out of the eight from each place on, by way of two and of four; it is the same
   * when they are read backwards.
   */
  private static void join(int[] values, int[] eights, int count) {
    for (int i = 0; i < count + 6; i++) {
      eights[i] = (values[i] + values[i + 1]) * 0x9E3779B1;
    }
    for (int i = 0; i < count + 4; i++) {
      eights[i] = (eights[i] ^ eights[i + 2]) * 0x85EBCA6B;
    }
    for (int i = 0; i < count; i++) {
      eights[i] = eights[i] + eights[i + 4];
    }
  }

  /** The rank of each window: what its middle is worth, and below it its place. */
  private static void rank(int[] eights, int[] ranks, int windows) {
    for (int i = 0; i < windows; i++) {
      ranks[i] = (eights[i + EIGHT] & ~PLACE) | i;
    }
  }

  /** The least of the {@value #SPREAD} ranks from each place on: of 4, then of seven times 4. */
  private static void least(int[] ranks, int windows) {
    for (int i = 0; i < windows - 3; i++) {
      ranks[i] =
          Math.min(
              Math.min(ranks[i], ranks[i + 1]), Math.min(ranks[i + 2], ranks[i + 3]));
    }
    for (int i = 0; i < windows - 27; i++) {
      int first = Math.min(Math.min(ranks[i], ranks[i + 4]), Math.min(ranks[i + 8], ranks[i + 12]));
      ranks[i] =
          Math.min(first, Math.min(Math.min(ranks[i + 16], ranks[i + 20]), ranks[i + 24]));
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
