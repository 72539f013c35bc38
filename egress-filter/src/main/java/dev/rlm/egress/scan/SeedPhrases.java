package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.util.List;

/** Finds the words from which a wallet's keys are made, after a name that announces them. */
final class SeedPhrases {

  /** Names of such phrases. */
  static final List<String> NAMES =
      List.of(
          "mnemonic",
          "seed phrase",
          "seed_phrase",
          "seed-phrase",
          "seedphrase",
          "recovery phrase",
          "recovery_phrase",
          "recoveryphrase",
          "backup phrase");

  private static final int GAP = 24;
  private static final int FEWEST_WORDS = 12;
  private static final int MOST_WORDS = 24;
  private static final int LONGEST_WORD = 8;

  private SeedPhrases() {}

  /** Gives the end of what was examined. */
  static int apply(byte[] text, int anchor, int length, int to, List<Span> out) {
    int start = anchor + length;
    int limit = Math.min(to, start + GAP);
    while (start < limit && !(Bytes.isLower(text[start]) && !Bytes.isAlphanumeric(text[start - 1]))) {
      start++;
    }
    int words = 0;
    int end = start;
    int at = start;
    while (words < MOST_WORDS) {
      int from = at;
      while (at < to && Bytes.isLower(text[at])) {
        at++;
      }
      if (at - from < 3 || at - from > LONGEST_WORD) {
        break;
      }
      words++;
      end = at;
      if (at >= to || text[at] != ' ') {
        break;
      }
      at++;
    }
    if (words >= FEWEST_WORDS) {
      out.add(Span.secret(start, end, "seed-phrase", Confidence.MEDIUM));
    }
    return Math.max(anchor + length, end);
  }
}
