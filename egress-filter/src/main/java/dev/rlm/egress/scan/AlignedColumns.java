package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import dev.rlm.egress.scan.CredentialName.Trust;
import java.util.List;

/**
 * Finds the values of a column whose header is a password's or token's name where nothing but blanks stands
 * between the columns: data frames, and what programs print as tables. Cells are words where each line has as
 * many of them as the header, and else what holds no two blanks in a row.
 */
final class AlignedColumns {

  private static final int LONGEST_LINE = 200;

  private AlignedColumns() {}

  /** Whether the name is one of several in a line of names. */
  static boolean mayHead(byte[] text, CredentialName name, int to, Work work) {
    if (!isCell(text, name, to)) {
      return false;
    }
    int start = lineStart(text, name.start());
    int end = lineEnd(text, name.end(), to);
    work.spend(2 * (end - start));
    return isHeader(text, start, end) && cells(text, start, end, 1) > 1;
  }

  /**
   * Whether the name stands between blanks as a cell of such a line does, on one side between two; only what is
   * beside it is seen.
   */
  static boolean isCell(byte[] text, CredentialName name, int to) {
    int before = blanksBefore(text, name.start());
    int after = blanksAfter(text, name.end(), to);
    return before > 0 && after > 0 && before + after > 2;
  }

  /** Two at the most; the beginning of a line counts as one. */
  private static int blanksBefore(byte[] text, int start) {
    if (start == 0 || Columns.isBreak(text[start - 1])) {
      return 1;
    }
    return text[start - 1] != ' ' ? 0 : start == 1 || text[start - 2] != ' ' ? 1 : 2;
  }

  /** Two at the most; the end of a line counts as one. */
  private static int blanksAfter(byte[] text, int end, int to) {
    if (end >= to || Columns.isBreak(text[end])) {
      return 1;
    }
    return text[end] != ' ' ? 0 : end + 1 == to || text[end + 1] != ' ' ? 1 : 2;
  }

  /** Examines the lines below a header. */
  static void apply(byte[] text, CredentialName name, int to, Work work, List<Span> out) {
    if (name.trust() != Trust.PASSWORD && name.trust() != Trust.TOKEN) {
      return;
    }
    int start = lineStart(text, name.start());
    int end = lineEnd(text, name.end(), to);
    int cells = cells(text, start, end, 1);
    int column = cells(text, start, name.start(), 1);
    int limit = Math.min(to, end + Columns.REACH);
    for (int line = end + 1; line < limit; ) {
      int close = lineEnd(text, line, to);
      work.spend(Columns.LINE_VISITS * (close - line) + Columns.CELL);
      int gap = rest(text, line, close, cells, 1) >= 0 ? 1 : 2;
      int rest = rest(text, line, close, cells, gap);
      if (rest < 0) {
        return;
      }
      cell(text, line, close, column + rest, gap, name.trust(), out);
      line = close + 1;
    }
  }

  /** How many cells a line has that the header has not: one where a data frame numbers its rows; or -1. */
  private static int rest(byte[] text, int line, int close, int cells, int gap) {
    int rest = cells(text, line, close, gap) - cells;
    return rest == 0 || rest == 1 ? rest : -1;
  }

  /** Whether a line has nothing but names, each with a letter. */
  private static boolean isHeader(byte[] text, int from, int to) {
    boolean letter = from < to && text[from] == ' ';
    for (int i = from; i < to; i++) {
      if (text[i] == ' ') {
        if (!letter) {
          return false;
        }
        letter = i + 1 == to || text[i + 1] == ' ';
      } else if (!Bytes.isName(text[i])) {
        return false;
      } else {
        letter |= Bytes.isLetter(text[i]);
      }
    }
    return letter;
  }

  /** How many cells there are, with so many blanks between them at least. */
  private static int cells(byte[] text, int from, int to, int gap) {
    int cells = 0;
    for (int at = skipBlanks(text, from, to); at < to; at = skipBlanks(text, at, to)) {
      at = cellEnd(text, at, to, gap);
      cells++;
    }
    return cells;
  }

  private static void cell(
      byte[] text, int line, int close, int column, int gap, Trust trust, List<Span> out) {
    int at = skipBlanks(text, line, close);
    for (int passed = 0; passed < column; passed++) {
      at = skipBlanks(text, cellEnd(text, at, close, gap), close);
    }
    int end = cellEnd(text, at, close, gap);
    if (Columns.isSecret(text, at, end, trust)) {
      out.add(Span.secret(at, end, trust.rule(), Confidence.LOW));
    }
  }

  /** The end of what holds no so many blanks in a row. */
  private static int cellEnd(byte[] text, int from, int to, int gap) {
    int end = from;
    while (end < to && !(text[end] == ' ' && (gap == 1 || end + 1 == to || text[end + 1] == ' '))) {
      end++;
    }
    return end;
  }

  private static int skipBlanks(byte[] text, int from, int to) {
    int at = from;
    while (at < to && text[at] == ' ') {
      at++;
    }
    return at;
  }

  private static int lineStart(byte[] text, int from) {
    int start = from;
    while (start > Math.max(0, from - LONGEST_LINE) && !Columns.isBreak(text[start - 1])) {
      start--;
    }
    return start;
  }

  private static int lineEnd(byte[] text, int from, int to) {
    int end = from;
    while (end < Math.min(to, from + LONGEST_LINE) && !Columns.isBreak(text[end])) {
      end++;
    }
    return end;
  }
}
