package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.util.List;

/** Finds tokens that look random, each by itself. */
final class RandomTokens {

  private static final int SHORTEST = 20;
  private static final int LONGEST = 512;

  private RandomTokens() {}

  static void scan(byte[] text, int from, int to, List<Span> out) {
    int at = from;
    while (at + SHORTEST <= to) {
      int probe = at + SHORTEST - 1;
      // A run of the shortest length that starts here would cover the probe: if the probe is no token byte, none starts up to it.
      if (!Bytes.isToken(text[probe])) {
        at = probe + 1;
        continue;
      }
      int start = probe;
      while (start > at && Bytes.isToken(text[start - 1])) {
        start--;
      }
      int end = probe + 1;
      while (end < to && Bytes.isToken(text[end])) {
        end++;
      }
      if (end - start >= SHORTEST) {
        judge(text, start, end, out);
      }
      at = end + 1;
    }
  }

  private static void judge(byte[] text, int start, int end, List<Span> out) {
    if (end - start <= LONGEST && Randomness.looksRandom(text, start, end)) {
      out.add(Span.secret(start, end, "high-entropy", Confidence.LOW));
    }
  }
}
