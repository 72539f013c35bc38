package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import dev.rlm.egress.scan.CredentialName.Trust;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Finds the values of a column in {@code INSERT INTO t (name, password) VALUES ('bob', '…'), …}. */
final class Inserts {

  private static final int LONGEST_LIST = 240;

  /** How far behind the name a value is looked for: with the list, within what is kept of a stream. */
  private static final int REACH = 1500;

  private static final byte[] VALUES = "values".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] INTO = "into ".getBytes(StandardCharsets.US_ASCII);

  private Inserts() {}

  /** Whether the name is one of a list of columns; only what stands beside it is seen at once. */
  static boolean mayName(byte[] text, CredentialName name, int to, Work work) {
    int end = name.end();
    while (end < to && end - name.end() < 2 && "\"`]".indexOf(text[end]) >= 0) {
      end++;
    }
    if (end >= to || (text[end] != ',' && text[end] != ')')) {
      return false;
    }
    int open = open(text, name.start(), work);
    work.spend(open < 0 ? 0 : REACH);
    return open >= 0;
  }

  /** Examines the rows behind the list. */
  static void apply(byte[] text, CredentialName name, int to, Work work, List<Span> out) {
    if (name.trust() != Trust.PASSWORD && name.trust() != Trust.TOKEN) {
      return;
    }
    int column = 0;
    for (int i = open(text, name.start(), work); i < name.start(); i++) {
      column += text[i] == ',' ? 1 : 0;
    }
    int limit = Math.min(to, name.end() + REACH);
    int at = name.end();
    while (at < limit && text[at] != ')') {
      at++;
    }
    at = skipSpace(text, at + 1, limit);
    if (!Bytes.startsWithWord(text, at, limit, VALUES)) {
      return;
    }
    at = skipSpace(text, at + VALUES.length, limit);
    while (at < limit && text[at] == '(') {
      at = skipSpace(text, row(text, at + 1, limit, column, name, out), limit);
      at = at < limit && text[at] == ',' ? skipSpace(text, at + 1, limit) : limit;
    }
  }

  /** Reads one row; gives the place behind it. */
  private static int row(
      byte[] text, int from, int limit, int column, CredentialName name, List<Span> out) {
    int cell = 0;
    int start = from;
    byte quote = 0;
    int calls = 0;
    for (int i = from; i < limit; i++) {
      byte b = text[i];
      if (quote != 0) {
        quote = b == quote ? 0 : quote;
      } else if (b == '\'' || b == '"') {
        quote = b;
      } else if (b == '(') {
        calls++;
      } else if (calls > 0) {
        calls -= b == ')' ? 1 : 0;
      } else if (b == ',' || b == ')') {
        if (cell == column) {
          value(text, start, i, name, out);
        }
        if (b == ')') {
          return i + 1;
        }
        cell++;
        start = i + 1;
      }
    }
    return limit;
  }

  private static void value(
      byte[] text, int from, int to, CredentialName name, List<Span> out) {
    int start = from;
    int end = to;
    while (start < end && (Bytes.isSpace(text[start]) || text[start] == 'N')) {
      start++;
    }
    while (end > start && Bytes.isSpace(text[end - 1])) {
      end--;
    }
    boolean quoted = end - start > 2 && "'\"".indexOf(text[start]) >= 0 && text[end - 1] == text[start];
    if (quoted && Columns.isSecret(text, start + 1, end - 1, name.trust())) {
      out.add(Span.secret(start + 1, end - 1, name.trust().rule(), Confidence.LOW));
    }
  }

  /** Where the list begins that a place is in, behind the name of a table; or -1. */
  private static int open(byte[] text, int place, Work work) {
    int i = place;
    while (i > 0 && place - i < LONGEST_LIST && isInList(text[i - 1])) {
      i--;
    }
    work.spend(place - i);
    if (i == 0 || text[i - 1] != '(') {
      return -1;
    }
    int table = i - 1;
    while (table > 0 && text[table - 1] == ' ') {
      table--;
    }
    while (table > 0
        && i - table < LONGEST_LIST
        && (Bytes.isName(text[table - 1]) || "\"`[]".indexOf(text[table - 1]) >= 0)) {
      table--;
    }
    return Bytes.startsWithWord(text, Math.max(0, table - INTO.length), table, INTO) ? i : -1;
  }

  private static boolean isInList(byte b) {
    return Bytes.isName(b) || ", \"`[]\n".indexOf(b) >= 0;
  }

  private static int skipSpace(byte[] text, int from, int limit) {
    int i = from;
    while (i < limit && Bytes.isSpace(text[i])) {
      i++;
    }
    return i;
  }
}
