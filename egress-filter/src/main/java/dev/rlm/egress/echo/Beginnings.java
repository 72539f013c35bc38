package dev.rlm.egress.echo;

/**
 * Finds the places of a text at which a run of the document may begin. One scrap that is not in the
 * document ({@link Scraps}) rules out every run that holds it: of text unlike the document little more
 * than one in each run's length is looked up.
 *
 * <p>Those are at fixed distances, and many are looked up before it is asked what came of any: the
 * memory, in which they lie at random, is then waited for once and not for each. So are the scraps
 * half a run before and after each that may be in the document, for a run that holds it holds one of
 * those. Keeps what it looked up in one text, hence not thread-safe.
 */
final class Beginnings {

  private static final int BATCH = Long.SIZE;

  /** Between the scraps that are looked up where a run may begin after all. */
  private static final int APART = 11;

  private final Scraps scraps;
  private final int run;

  /** How many scraps a run has, and how far those are apart of which each run has one. */
  private final int reach;

  /** How far those are from a scrap of a run of which the run has one at least. */
  private final int half;

  private final int[] asked = new int[BATCH];
  private final int[] eights = new int[BATCH];
  private byte[] symbols = new byte[0];
  private int count;
  private int places;

  /** Which scraps of a batch the document may hold, and which of the text's the first of them is. */
  private long held;

  private int first;

  /** Where the last one begins that was found to be held. */
  private int likely;

  /** Takes the least number of symbols that a run has, more than those of a scrap. */
  Beginnings(Scraps scraps, int run) {
    this.scraps = scraps;
    this.run = run;
    reach = run - Steps.EIGHT;
    half = (reach - 1) / 2;
  }

  /** Begins with another text. */
  void begin(byte[] text, int length) {
    symbols = text;
    count = length;
    places = length < run ? 0 : (length - run + reach - 1) / reach + 1;
    first = -BATCH;
    likely = -1;
  }

  /**
   * Finds the first place at which a run may begin.
   *
   * @param from where to begin, not before the place asked about last
   * @return the place; when there is none, the end of the text
   */
  int next(int from) {
    int at = from;
    while (at + run <= count) {
      if (likely < at) {
        likely = nextHeld(at);
      }
      at = Math.max(at, likely - reach + 1);
      int missing = at + run <= count ? lastMissing(at) : count;
      if (missing < 0) {
        return at;
      }
      at = missing + 1;
    }
    return count;
  }

  /** The first scrap from a place on that may be held, of those of which each run has one. */
  private int nextHeld(int from) {
    int number = (from + reach - 1) / reach;
    while (number < places) {
      if (number >= first + BATCH) {
        lookUp(number);
      }
      long rest = held >>> (number - first);
      if (rest != 0) {
        return (number + Long.numberOfTrailingZeros(rest)) * reach;
      }
      number = first + BATCH;
    }
    return count + reach;
  }

  private void lookUp(int number) {
    int scrapsAsked = Math.min(BATCH, places - number);
    for (int i = 0; i < scrapsAsked; i++) {
      asked[i] = (number + i) * reach;
    }
    first = number;
    held = scraps.mayHold(symbols, asked, scrapsAsked, eights);
    int beside = 0;
    for (long rest = held; rest != 0 && beside < BATCH; rest &= rest - 1) {
      int scrap = (number + Long.numberOfTrailingZeros(rest)) * reach;
      asked[beside++] = Math.max(0, scrap - half);
      asked[beside++] = scrap + half;
    }
    long heldBeside = scraps.mayHold(symbols, asked, beside, eights);
    long rest = held;
    for (int i = 0; i < beside; i += 2, rest &= rest - 1) {
      if ((heldBeside >>> i & 3) == 0) {
        held ^= Long.lowestOneBit(rest);
      }
    }
  }

  /** The last scrap that is missing of a run which begins at a place, of a few of them; or -1. */
  private int lastMissing(int at) {
    for (int probe = at + reach - 1; probe >= at; probe -= APART) {
      if (!scraps.mayHold(symbols, probe)) {
        return probe;
      }
    }
    return -1;
  }
}
