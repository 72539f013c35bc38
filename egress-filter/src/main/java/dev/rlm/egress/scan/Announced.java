package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.util.List;

/**
 * Finds a password that stands by itself on the line after one that speaks of it: a sentence that
 * ends with a colon, as servers write when they are installed, or a command that decodes one.
 */
final class Announced {

  /** What the lines before have. */
  static final List<String> WORDS = List.of("password", "base64 -d", "base64 --d");

  private static final int REST_OF_LINE = 96;
  private static final int INDENT = 16;
  private static final int SHORTEST = 10;
  private static final int LONGEST = 64;

  private Announced() {}

  /** Gives the end of the words: others may stand in the same line. */
  static int apply(byte[] text, int anchor, int length, int to, List<Span> out) {
    int limit = Math.min(to, anchor + length + REST_OF_LINE);
    int end = anchor + length;
    while (end < limit && text[end] != '\n') {
      end++;
    }
    boolean decodes = (text[anchor] | 0x20) == 'b';
    if (end == limit || !(decodes || endsWithColon(text, anchor, end))) {
      return anchor + length;
    }
    int from = end;
    int lines = 0;
    while (from < to && lines < 3 && from - end < INDENT && Bytes.isSpace(text[from])) {
      lines += text[from] == '\n' ? 1 : 0;
      from++;
    }
    int close = from;
    while (close < to && close - from <= LONGEST && !Bytes.isSpace(text[close])) {
      close++;
    }
    if ((close == to || text[close] == '\n' || text[close] == '\r') && isPassword(text, from, close, decodes)) {
      out.add(Span.secret(from, close, "passwd", Confidence.LOW));
    }
    return anchor + length;
  }

  private static boolean endsWithColon(byte[] text, int from, int end) {
    int last = end;
    while (last > from && Bytes.isSpace(text[last - 1])) {
      last--;
    }
    return text[last - 1] == ':';
  }

  /** One word that no list or command would have there. */
  private static boolean isPassword(byte[] text, int from, int to, boolean decoded) {
    int length = to - from;
    if (length < SHORTEST
        || length > LONGEST
        || Templates.isTemplate(text, from, to)
        || Placeholders.isPlaceholder(text, from, to, 3)) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if ("/:\"'`(<{[$".indexOf(text[i]) >= 0) {
        return false;
      }
    }
    Profile word = Profile.of(text, from, to);
    return word.digits() > 0
        && (decoded ? word.mixedCase() : Randomness.looksGenerated(text, from, to));
  }
}
