package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.util.List;

/**
 * Finds passwords in the lines of configuration files and of network devices in which a place says what a word is:
 * {@code snmp-server community …}. Such a word need not look like a password.
 */
final class Directives {

  /** What such lines begin with. */
  static final List<String> BEGINNINGS =
      List.of(
          "snmp-server community ",
          "rocommunity ",
          "rwcommunity ",
          "rocommunity6 ",
          "rwcommunity6 ",
          "com2sec ",
          "bindpw ",
          "rootpw ",
          "set passwd ",
          "enable password 0 ",
          "enable secret 0 ");

  /** {@code com2sec NAME SOURCE COMMUNITY}. */
  private static final int WORDS_BEFORE_COMMUNITY = 2;

  private static final int LONGEST_LINE = 160;
  private static final int SHORTEST = 4;
  private static final int LONGEST = 64;

  private Directives() {}

  /** Gives the end of what was examined. */
  static int apply(byte[] text, int anchor, int length, int to, Work work, List<Span> out) {
    if (!beginsLine(text, anchor)) {
      return anchor + length;
    }
    int limit = Math.min(to, anchor + LONGEST_LINE);
    int start = skipBlanks(text, anchor + length, limit);
    int before = Bytes.lower(text[anchor]) == 'c' ? WORDS_BEFORE_COMMUNITY : 0;
    for (int word = 0; word < before; word++) {
      start = skipBlanks(text, CommandLine.word(text, start, limit), limit);
    }
    int end = CommandLine.word(text, start, limit);
    boolean quoted = end - start > 2 && text[start] == text[end - 1] && (text[start] == '"' || text[start] == '\'');
    int from = start + (quoted ? 1 : 0);
    int close = end - (quoted ? 1 : 0);
    if (close - from >= SHORTEST
        && close - from <= LONGEST
        && !CommandLine.isTemplate(text, from, close)
        && !CommandLine.DEFAULTS.contains(text, from, close)
        && !Placeholders.isEmptyWord(text, from, close)) {
      out.add(Span.secret(from, close, "passwd", Confidence.LOW));
    }
    return anchor + length;
  }

  private static boolean beginsLine(byte[] text, int anchor) {
    int at = anchor;
    while (at > 0 && anchor - at < LONGEST_LINE && (text[at - 1] == ' ' || text[at - 1] == '\t')) {
      at--;
    }
    return at == 0 || text[at - 1] == '\n';
  }

  private static int skipBlanks(byte[] text, int from, int limit) {
    int at = from;
    while (at < limit && (text[at] == ' ' || text[at] == '\t')) {
      at++;
    }
    return at;
  }
}
