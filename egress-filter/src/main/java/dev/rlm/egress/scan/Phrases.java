package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.util.List;

/**
 * Finds passwords that stand as arguments of calls which take a user and a password, and in
 * sentences that tell one.
 */
final class Phrases {

  /** Calls whose last quoted argument is a password. */
  static final List<String> CALLS =
      List.of(
          "networkcredential(",
          "directoryentry(",
          "passwordauthentication(",
          "login_user(",
          "basicauth(");

  /** Words that stand before a quoted password in a sentence. */
  static final List<String> SENTENCES =
      List.of("password is ", "password for ", "password: \"", "password was ", "passphrase is ");

  private static final int REACH = 240;

  private Phrases() {}

  static int call(byte[] text, int anchor, int length, int to, List<Span> out) {
    int limit = Math.min(to, anchor + length + REACH);
    int start = -1;
    int end = -1;
    int quotes = 0;
    int i = anchor + length;
    while (i < limit && text[i] != ')' && text[i] != ';') {
      if (text[i] == '"' || text[i] == '\'') {
        int close = i + 1;
        while (close < limit && text[close] != text[i] && text[close] != '\n') {
          close++;
        }
        start = i + 1;
        end = close;
        quotes++;
        i = close;
      }
      i++;
    }
    if (quotes >= 2) {
      add(text, start, end, out);
    }
    return i;
  }

  static int sentence(byte[] text, int anchor, int length, int to, List<Span> out) {
    int limit = Math.min(to, anchor + length + 48);
    int i = anchor + length - (text[anchor + length - 1] == '"' ? 1 : 0);
    if (Bytes.isLetter(text[i]) && text[anchor + length - 2] == 'r') {
      while (i < limit
          && !(text[i] == 'i' && i + 3 < limit && text[i + 1] == 's' && text[i + 2] == ' ')) {
        i++;
      }
      i += 3;
    }
    if (i < limit && (text[i] == '"' || text[i] == '\'' || text[i] == '`')) {
      int close = i + 1;
      while (close < limit && text[close] != text[i] && !Bytes.isSpace(text[close])) {
        close++;
      }
      if (close < limit && text[close] == text[i]) {
        add(text, i + 1, close, out);
      }
    }
    return i;
  }

  private static void add(byte[] text, int start, int end, List<Span> out) {
    if (end - start < 4
        || Placeholders.isTemplate(text, start, end)
        || Placeholders.isEmptyWord(text, start, end)) {
      return;
    }
    for (int i = start; i < end; i++) {
      if (text[i] == ' ' || text[i] == '{') {
        return;
      }
    }
    out.add(Span.secret(start, end, "passwd", Confidence.LOW));
  }
}
