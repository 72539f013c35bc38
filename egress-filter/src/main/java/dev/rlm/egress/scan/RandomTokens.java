package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.util.List;

/** Finds tokens that look random, each by itself: never the entropy of a whole text. */
final class RandomTokens {

  static final String RULE = "high-entropy";
  private static final int SHORTEST = TokenRuns.SHORTEST;

  /** Longer runs are data; {@code Cuts} knows how far that is seen. */
  static final int LONGEST = 256;

  private static final int GROUPED = 32 + 8 + 8 + 2;

  private RandomTokens() {}

  /**
   * Adds those of a text.
   *
   * @param first where in the list the spans begin that were found in it already, mostly in the order
   *     of their starts: what one of them covers need not be judged
   */
  static void scan(byte[] text, int to, TokenRuns runs, List<Span> out, int first) {
    int found = out.size();
    int next = first;
    int coveredTo = 0;
    for (int run = 0; run < runs.count(); run++) {
      int start = runs.start(run);
      while (next < found && out.get(next).start() <= start) {
        coveredTo = Math.max(coveredTo, out.get(next++).end());
      }
      if (runs.end(run) > coveredTo) {
        judgeRun(text, start, runs.end(run), to, out);
      }
    }
  }

  /**
   * A run may be {@code name=value}: the parts are judged by themselves, as one equals sign before
   * more cannot be base64.
   */
  private static void judgeRun(byte[] text, int start, int end, int to, List<Span> out) {
    int from = start;
    for (int i = start; i < end; i++) {
      if (text[i] == '=' && i + 1 < end && text[i + 1] != '=') {
        judge(text, from, i, to, out);
        from = i + 1;
      }
    }
    judge(text, from, end, to, out);
  }

  private static void judge(byte[] text, int start, int end, int to, List<Span> out) {
    if (isGrouped(text, start, end)) {
      out.add(Span.secret(start, end, RULE, Confidence.LOW));
      return;
    }
    if (end - start < SHORTEST
        || end - start > LONGEST
        || !Randomness.mayStandAlone(text, start, end)) {
      return;
    }
    int before = out.size();
    if (!isPath(text, start, end) && Randomness.standsAlone(text, start, end)) {
      out.add(Span.secret(start, end, RULE, Confidence.LOW));
    } else {
      judgePieces(text, start, end, out);
    }
    // Few tokens come so far: what costs more is looked at last.
    if (out.size() > before && isHarmless(text, start, end, to)) {
      out.subList(before, out.size()).clear();
    }
  }

  /** 32-8-8 hexadecimal digits: a key of Mailgun, and nothing that is published. */
  private static boolean isGrouped(byte[] text, int start, int end) {
    if (end - start != GROUPED) {
      return false;
    }
    for (int i = 0; i < GROUPED; i++) {
      boolean hyphen = i == 32 || i == 41;
      if (hyphen ? text[start + i] != '-' : !Bytes.isHex(text[start + i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isHarmless(byte[] text, int start, int end, int to) {
    return Hashes.isUuidOrDigest(text, start, end)
        || Hashes.isLineOfBlock(text, start, end, to)
        || Hashes.isPartOfEscaped(text, start, end, to)
        || EncodedWords.contains(text, start, end)
        || PublicValues.contains(text, start, end, to);
  }

  /**
   * Slashes that come more often than in base64, or after a host's name, mean a path, whose parts
   * are judged by themselves.
   */
  private static boolean isPath(byte[] text, int start, int end) {
    int slashes = 0;
    for (int i = start; i < end; i++) {
      if (text[i] == '/') {
        slashes++;
      }
    }
    boolean afterHost = start > 0 && text[start - 1] == '.' && slashes > 0;
    return afterHost || (slashes > 1 && slashes * 9 > end - start);
  }

  private static void judgePieces(byte[] text, int start, int end, List<Span> out) {
    int from = start;
    for (int i = start; i <= end; i++) {
      if (i == end || !Bytes.isAlphanumeric(text[i])) {
        if (i - from >= SHORTEST
            && i - from < end - start
            && Randomness.standsAlone(text, from, i)) {
          out.add(Span.secret(from, i, RULE, Confidence.LOW));
        }
        from = i + 1;
      }
    }
  }
}
