package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.util.List;

/**
 * Finds the words from which a wallet's keys are made, after a name that announces them: in one line, one below
 * the other, or numbered.
 */
final class SeedPhrases {

  /** Names of such phrases. */
  static final List<String> NAMES =
      List.of(
          "mnemonic",
          "seed phrase",
          "seed_phrase",
          "seed-phrase",
          "seedphrase",
          "wallet seed",
          "seed words",
          "recovery seed",
          "recovery phrase",
          "recovery_phrase",
          "recoveryphrase",
          "backup phrase");

  /** Up to the first word, directly behind the name. */
  private static final int GAP = 24;

  /** Up to the colon or the end of the line behind which it may stand as well. */
  private static final int REMARK = 80;

  private static final int FEWEST_WORDS = 12;
  private static final int MOST_WORDS = 24;
  private static final int LONGEST_WORD = 8;

  /** Blanks, breaks and numbers between two words. */
  private static final int BETWEEN = 16;

  /** Up to where the last word may stand. */
  static final Reach REACH =
      new Reach(
          (text, position, to) -> Math.min(to, position + REMARK + MOST_WORDS * (LONGEST_WORD + BETWEEN)), false);

  private SeedPhrases() {}

  /** Gives the end of what was examined. */
  static int apply(byte[] text, int anchor, int length, int to, List<Span> out) {
    int start = anchor + length;
    int limit = Math.min(to, start + GAP);
    while (start < limit && !(Bytes.isLower(text[start]) && !Bytes.isAlphanumeric(text[start - 1]))) {
      start++;
    }
    int end = phraseEnd(text, start, to);
    if (end < 0) {
      start = behindRemark(text, anchor + length, to);
      end = phraseEnd(text, start, to);
    }
    if (end > 0) {
      out.add(Span.secret(start, end, "seed-phrase", Confidence.MEDIUM));
    }
    return Math.max(anchor + length, end);
  }

  /** Where the words may begin behind a colon or a line's end. */
  private static int behindRemark(byte[] text, int from, int to) {
    int limit = Math.min(to, from + REMARK);
    int at = from;
    while (at < limit && text[at] != ':' && text[at] != '\n') {
      at++;
    }
    return skipMarks(text, Math.min(limit, at + 1), to);
  }

  /** The end of so many words as make a phrase; or -1. */
  private static int phraseEnd(byte[] text, int start, int to) {
    int words = 0;
    int end = -1;
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
      at = skipMarks(text, at, to);
      if (at == end) {
        break;
      }
    }
    return words >= FEWEST_WORDS ? end : -1;
  }

  /** Skips blanks, breaks, commas and the number of a word. */
  private static int skipMarks(byte[] text, int from, int to) {
    int limit = Math.min(to, from + BETWEEN);
    int at = from;
    while (at < limit && (Bytes.isSpace(text[at]) || text[at] == ',' || isNumber(text, at, limit))) {
      at++;
    }
    return at;
  }

  /** Whether a digit or a mark of {@code 12.} or {@code 12)} stands there. */
  private static boolean isNumber(byte[] text, int at, int limit) {
    return Bytes.isDigit(text[at])
        || ((text[at] == '.' || text[at] == ')') && Bytes.isDigit(text[at - 1]) && at + 1 < limit && Bytes.isSpace(text[at + 1]));
  }
}
