package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import dev.rlm.egress.scan.CredentialName.Trust;
import java.util.List;

/**
 * Finds the values of a table's column whose header is a password's or token's name: in
 * comma-separated values, tabs, and the tables of Markdown and database clients.
 */
final class Columns {

  /** How far below its header a value is looked for: with it, within what is kept of a stream. */
  static final int REACH = 1700;

  private static final int LONGEST_LINE = 120;

  /** How often each byte of a line is looked at: for its end, its cells, and the one that counts. */
  static final int LINE_VISITS = 3;

  /** What judging a cell is charged with. */
  static final int CELL = 48;
  private static final int LONGEST_HEADER = 30;

  private Columns() {}

  /** Whether the name is a cell of a line of names; only the table's sort is seen at once. */
  static boolean mayHead(byte[] text, CredentialName name, int to) {
    byte delimiter = delimiter(text, name, to);
    return delimiter != 0 && isHeader(text, name, to, delimiter);
  }

  /** Whether the name may be one of several in a list, of columns or of a table's header. */
  static boolean isCell(byte[] text, CredentialName name, int to) {
    return delimiter(text, name, to) != 0 || (name.end() < to && text[name.end()] == ')');
  }

  /** Examines the lines below a header. */
  static void apply(byte[] text, CredentialName name, int to, Work work, List<Span> out) {
    if (name.trust() != Trust.PASSWORD && name.trust() != Trust.TOKEN) {
      return;
    }
    byte delimiter = delimiter(text, name, to);
    int start = name.start();
    while (start > 0 && !isBreak(text[start - 1])) {
      start--;
    }
    int end = lineEnd(text, name.end(), to);
    boolean quoted = isQuoted(text, name);
    int column = count(text, start, name.start(), delimiter, quoted);
    int cells = count(text, start, end, delimiter, quoted);
    int limit = Math.min(to, end + REACH);
    int line = nextLine(text, end, to);
    while (line < limit) {
      int close = lineEnd(text, line, to);
      work.spend(LINE_VISITS * (close - line) + CELL);
      boolean row = count(text, line, close, delimiter, quoted) == cells;
      boolean rule = close > line && "+-".indexOf(text[line]) >= 0;
      if (!row && !rule) {
        return;
      }
      if (row) {
        cell(text, line, close, delimiter, quoted, column, name, out);
      }
      line = nextLine(text, close, to);
    }
  }

  /** What stands between the cells, or 0 when it is nothing that does. */
  private static byte delimiter(byte[] text, CredentialName name, int to) {
    boolean quoted = isQuoted(text, name) && name.end() < to && text[name.end()] == '"';
    int after = name.end() + (quoted ? 1 : 0);
    while (after < to && after - name.end() < LONGEST_HEADER && text[after] == ' ') {
      after++;
    }
    boolean last = after >= to || isBreak(text[after]);
    if (last && name.start() <= (quoted ? 1 : 0)) {
      return 0;
    }
    int before = name.start() - (quoted ? 2 : 1);
    while (before > 0 && text[before] == ' ' && name.start() - before < LONGEST_HEADER) {
      before--;
    }
    byte found = last ? text[before] : text[after];
    return found == ',' || found == '\t' || found == ';' || found == '|' ? found : 0;
  }

  /** Whether two cells or more, each of a few letters, make up the line around the name. */
  private static boolean isHeader(byte[] text, CredentialName name, int to, byte delimiter) {
    boolean others = false;
    int start = name.start();
    while (start > 0 && isInHeader(text[start - 1], delimiter)) {
      if (name.start() - --start > LONGEST_LINE) {
        return false;
      }
      others |= Bytes.isLetter(text[start]);
    }
    int end = name.end();
    while (end < to && isInHeader(text[end], delimiter)) {
      others |= Bytes.isLetter(text[end]);
      if (++end - name.end() > LONGEST_LINE) {
        return false;
      }
    }
    return others
        && (start == 0 || isBreak(text[start - 1]))
        && end < to
        && isBreak(text[end]);
  }

  private static boolean isInHeader(byte b, byte delimiter) {
    return b == delimiter || Bytes.isName(b) || b == ' ' || b == '"' || b == '\'' || b == '#';
  }

  private static void cell(
      byte[] text,
      int line,
      int close,
      byte delimiter,
      boolean quoted,
      int column,
      CredentialName name,
      List<Span> out) {
    int start = line;
    for (int passed = 0; passed < column; passed++) {
      start = cellEnd(text, start, close, delimiter, quoted) + 1;
    }
    int end = cellEnd(text, start, close, delimiter, quoted);
    while (start < end && " \"'`".indexOf(text[start]) >= 0) {
      start++;
    }
    while (end > start && " \"'`".indexOf(text[end - 1]) >= 0) {
      end--;
    }
    if (isSecret(text, start, end, name.trust())) {
      out.add(Span.secret(start, end, name.trust().rule(), Confidence.LOW));
    }
  }

  static boolean isSecret(byte[] text, int start, int end, Trust trust) {
    if (end - start < 6
        || end - start > 256
        || Templates.isTemplate(text, start, end)
        || Placeholders.isPlaceholder(text, start, end, 4)) {
      return false;
    }
    Profile profile = Profile.of(text, start, end);
    boolean password = trust == Trust.PASSWORD && profile.letters() > 2 && profile.digits() > 0;
    for (int i = start; i < end; i++) {
      if (Bytes.isSpace(text[i])) {
        return false;
      }
    }
    return password || Randomness.looksGenerated(text, start, end);
  }

  private static int count(byte[] text, int from, int end, byte delimiter, boolean quoted) {
    int count = 0;
    for (int i = cellEnd(text, from, end, delimiter, quoted); i < end; count++) {
      i = cellEnd(text, i + 1, end, delimiter, quoted);
    }
    return count;
  }

  /** Where the next delimiter stands, outside of quotes where the header has them, or the line ends. */
  private static int cellEnd(byte[] text, int from, int end, byte delimiter, boolean quoted) {
    boolean open = false;
    int i = from;
    while (i < end && (open || text[i] != delimiter)) {
      open ^= quoted && text[i] == '"';
      i++;
    }
    return i;
  }

  private static boolean isQuoted(byte[] text, CredentialName name) {
    return name.start() > 0 && text[name.start() - 1] == '"';
  }

  static boolean isBreak(byte b) {
    return b == '\n' || b == '\r';
  }

  private static int lineEnd(byte[] text, int from, int to) {
    int i = from;
    int limit = Math.min(to, from + REACH);
    while (i < limit && !isBreak(text[i])) {
      i++;
    }
    return i;
  }

  private static int nextLine(byte[] text, int end, int to) {
    int i = end;
    while (i < to && i < end + 2 && isBreak(text[i])) {
      i++;
    }
    return i == end ? to : i;
  }
}
