package dev.rlm.egress.decode;

import dev.rlm.egress.scan.Span;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiPredicate;

/** A text with markers in the place of spans, as it will look when it is filtered. */
public final class Masked {

  private Masked() {}

  /**
   * Writes the text with one marker for each group of overlapping spans.
   *
   * @param text the text
   * @param to its length
   * @param spans what is to be masked
   * @param tellsMore whether the first of two spans, not the second, is to name the marker
   */
  public static Decoded of(
      byte[] text, int to, List<Span> spans, BiPredicate<Span, Span> tellsMore) {
    Decoded out = new Decoded("masked", to + 32);
    int at = 0;
    List<Span> sorted = spans.stream().sorted(Comparator.comparingInt(Span::start)).toList();
    for (int i = 0; i < sorted.size(); ) {
      int start = sorted.get(i).start();
      int end = start;
      Span best = sorted.get(i);
      while (i < sorted.size() && sorted.get(i).start() <= Math.max(start, end - 1)) {
        end = Math.max(end, sorted.get(i).end());
        best = tellsMore.test(sorted.get(i), best) ? sorted.get(i) : best;
        i++;
      }
      copy(text, at, start, out);
      for (byte b : ("[REDACTED:" + best.rule() + "]").getBytes(StandardCharsets.US_ASCII)) {
        out.add(b, start, end);
      }
      at = end;
    }
    copy(text, at, to, out);
    return out;
  }

  private static void copy(byte[] text, int from, int to, Decoded out) {
    for (int i = from; i < to; i++) {
      out.add(text[i], i, i + 1);
    }
  }
}
