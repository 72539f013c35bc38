package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.util.List;

/** Finds the key of a wireless network in what a camera reads: {@code WIFI:S:name;T:WPA;P:key;;}. */
final class WirelessCodes {

  static final String ANCHOR = "WIFI:";

  private static final int LONGEST = 200;

  /** Characters of the shortest key of WPA; those of WEP are shorter. */
  private static final int SHORTEST = 5;

  private WirelessCodes() {}

  /** Gives the end of what was examined. */
  static int apply(byte[] text, int anchor, int length, int to, List<Span> out) {
    int limit = Math.min(to, anchor + LONGEST);
    int field = anchor + length;
    while (field < limit && text[field] != '\n') {
      int end = field;
      while (end < limit && (text[end] != ';' || text[end - 1] == '\\') && text[end] != '\n') {
        end++;
      }
      int start = field + 2;
      if (text[field] == 'P'
          && end - start >= SHORTEST
          && text[field + 1] == ':'
          && !Templates.isTemplate(text, start, end)
          && !Placeholders.isPlaceholder(text, start, end, 3)) {
        out.add(Span.secret(start, end, "passwd", Confidence.MEDIUM));
      }
      field = end + 1;
    }
    return anchor + length;
  }
}
