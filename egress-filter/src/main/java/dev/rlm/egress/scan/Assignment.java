package dev.rlm.egress.scan;

import org.jspecify.annotations.Nullable;

/**
 * A value that stands after a name, in the notations of configuration files, programs, markup and command lines.
 *
 * @param nameEnd end of the name
 * @param start first byte of the value, without quotes
 * @param end byte after the value
 * @param quoted whether the value stood in quotes
 */
record Assignment(int nameEnd, int start, int end, boolean quoted) {

  private static final int MAXIMUM_NAME = 48;
  private static final int MAXIMUM_GAP = 24;
  private static final int MAXIMUM_VALUE = 4096;

  /** Finds the value that is assigned to the name which holds the given place, or null. */
  static @Nullable Assignment after(byte[] text, int keyword, int to) {
    int nameEnd = keyword;
    int nameLimit = Math.min(to, keyword + MAXIMUM_NAME);
    while (nameEnd < nameLimit && Bytes.isName(text[nameEnd])) {
      nameEnd++;
    }
    int at = nameEnd;
    int limit = Math.min(to, nameEnd + MAXIMUM_GAP);
    boolean operator = false;
    while (at < limit) {
      byte b = text[at];
      if (b == '=' || b == ':' || b == '>') {
        operator = true;
      } else if (b == '"' || b == '\'' || b == '`') {
        if (operator) {
          return quoted(text, nameEnd, at, to);
        }
      } else if (b != ' ' && b != '\t' && b != ']' && b != '\\') {
        break;
      }
      at++;
    }
    if (!operator || at >= to || text[at] == '\n' || text[at] == '\r') {
      return null;
    }
    return bare(text, nameEnd, at, to);
  }

  private static @Nullable Assignment quoted(byte[] text, int nameEnd, int quote, int to) {
    int limit = Math.min(to, quote + MAXIMUM_VALUE);
    for (int i = quote + 1; i < limit; i++) {
      if (text[i] == text[quote]) {
        int end = text[i - 1] == '\\' ? i - 1 : i;
        return end > quote + 1 ? new Assignment(nameEnd, quote + 1, end, true) : null;
      }
      if (text[i] == '\n') {
        return bare(text, nameEnd, quote + 1, to);
      }
    }
    return limit > quote + 1 ? new Assignment(nameEnd, quote + 1, limit, true) : null;
  }

  private static @Nullable Assignment bare(byte[] text, int nameEnd, int from, int to) {
    int limit = Math.min(to, from + MAXIMUM_VALUE);
    int end = from;
    while (end < limit && !Bytes.isSpace(text[end]) && "\"'`,;<>&|)}".indexOf(text[end]) < 0) {
      end++;
    }
    return end > from ? new Assignment(nameEnd, from, end, false) : null;
  }
}
