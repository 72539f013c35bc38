package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.util.ArrayList;
import java.util.List;

/** Finds the codes that let somebody in without a second factor, in a list behind what announces them. */
final class RecoveryCodes {

  /** What such lists are called. */
  static final List<String> NAMES =
      List.of(
          "recovery code",
          "recovery_code",
          "recovery-code",
          "recoverycode",
          "backup code",
          "backup_code",
          "backup-code",
          "backupcode",
          "scratch code");

  /** Up to where the first code begins. */
  private static final int GAP = 48;

  /** Up to where it begins behind sentences on the lines between. */
  private static final int SENTENCES = 200;

  private static final int FEWEST_CODES = 3;

  /** Bytes of the longest list: with what announces it, within what is kept of a stream. */
  private static final int LIST = 1000;

  /** Letters and digits of a code. */
  private static final int SHORTEST = 8;

  private static final int LONGEST = 24;

  /** Letters and digits between two hyphens. */
  private static final int SHORTEST_GROUP = 4;

  /** Up to where the last code may stand. */
  static final Reach REACH =
      new Reach((text, position, to) -> Math.min(to, position + GAP + SENTENCES + LIST), false);

  private RecoveryCodes() {}

  /** Gives the end of the name. */
  static int apply(byte[] text, int anchor, int length, int to, List<Span> out) {
    int at = anchor + length;
    int limit = Math.min(to, at + GAP);
    while (at < limit && text[at] != '\n' && text[at] != '[' && text[at] != ':') {
      at++;
    }
    boolean announced = at < limit;
    if (announced && text[at] != '[') {
      at = skipSentences(text, at, Math.min(to, at + SENTENCES), to);
    }
    int last = announced ? Math.min(to, at + LIST) : at;
    List<Span> codes = new ArrayList<>();
    while (at < last) {
      int start = skipMarks(text, at, last);
      int end = codeEnd(text, start, last);
      if (end < 0) {
        break;
      }
      codes.add(Span.secret(start, end, "recovery-code", Confidence.MEDIUM));
      at = end;
    }
    if (codes.size() >= FEWEST_CODES) {
      out.addAll(codes);
    }
    return anchor + length;
  }

  /** Skips lines that begin with no code; gives the place before the one that does, or where it began. */
  private static int skipSentences(byte[] text, int from, int limit, int to) {
    int line = from;
    while (line < limit) {
      int start = skipMarks(text, line, limit);
      if (codeEnd(text, start, to) > 0) {
        return line;
      }
      line = Math.max(start, line + 1);
      while (line < limit && text[line] != '\n') {
        line++;
      }
    }
    return from;
  }

  /** Skips blanks, breaks, quotes and what marks the items of a list. */
  private static int skipMarks(byte[] text, int from, int to) {
    int at = from;
    while (at < to && at - from < GAP && " \t\r\n,:;\"'[]()*-|".indexOf(text[at]) >= 0) {
      at++;
    }
    int number = at;
    while (number < to && number - at < 2 && Bytes.isDigit(text[number])) {
      number++;
    }
    return number > at && number + 1 < to && (text[number] == '.' || text[number] == ')') && text[number + 1] == ' '
        ? number + 2
        : at;
  }

  /** The end of a code with digits, in groups or in one piece; or -1. */
  private static int codeEnd(byte[] text, int start, int to) {
    int characters = 0;
    int digits = 0;
    int group = 0;
    int at = start;
    for (; at < to && characters <= LONGEST; at++) {
      byte b = text[at];
      if (Bytes.isAlphanumeric(b)) {
        characters++;
        digits += Bytes.isDigit(b) ? 1 : 0;
        group++;
      } else if (group >= SHORTEST_GROUP && at + 1 < to && goesOn(text, at, start, digits)) {
        group = 0;
      } else {
        break;
      }
    }
    boolean whole = at == to || !Bytes.isName(text[at]) || text[at] == '.';
    return whole && group >= SHORTEST_GROUP && digits > 0 && characters >= SHORTEST && characters <= LONGEST
        ? at
        : -1;
  }

  /** Whether another group follows: behind a hyphen, or behind a blank where all are digits. */
  private static boolean goesOn(byte[] text, int at, int start, int digits) {
    return text[at] == '-'
        ? Bytes.isAlphanumeric(text[at + 1])
        : text[at] == ' ' && at - start == SHORTEST_GROUP && digits == SHORTEST_GROUP && Bytes.isDigit(text[at + 1]);
  }
}
