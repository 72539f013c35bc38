package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import dev.rlm.egress.scan.CredentialName.Trust;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Finds credentials that a shell feeds to a program: through a pipe, or as a word by itself. */
final class Pipes {

  /** What sets passwords that it reads as {@code user:password}. */
  static final List<String> CHPASSWD = List.of("| chpasswd", "|chpasswd");

  /** What reads a password that another command writes. */
  static final List<String> READERS =
      List.of(
          "| sudo -s",
          "|sudo -s",
          "| passwd --stdin",
          "| cryptsetup",
          "| vncpasswd",
          "| smbpasswd",
          "| kinit",
          "--password-stdin",
          "--pass-stdin");

  /** What feeds a word to a program. */
  static final List<String> HERE_STRINGS = List.of("<<< ", "<<<\"", "<<<'");

  private static final byte[] PASSWORD = "passw".getBytes(StandardCharsets.US_ASCII);

  /** Bytes of a line in which what is fed to a program is looked for. */
  private static final int REACH = 200;

  /** What is fed stands in the line before. */
  static final Reach BEFORE = Reach.before(REACH);

  private Pipes() {}

  /** Examines the words that a command writes to another, which stand before that; gives the end of its name. */
  static int fed(byte[] text, int anchor, int length, Work work, List<Span> out) {
    work.spend(2 * REACH);
    int from = anchor;
    while (from > Math.max(0, anchor - REACH) && text[from - 1] != '\n') {
      from--;
    }
    while (from < anchor) {
      int close = CommandLine.word(text, from, anchor);
      CommandLine.userAndPassword(text, from, close, out);
      from = close + 1;
    }
    return anchor + length;
  }

  /** Examines the last word that a command writes to another; gives the end of that one's name. */
  static int written(byte[] text, int anchor, int length, Work work, List<Span> out) {
    work.spend(2 * REACH);
    int from = anchor;
    int pipe = -1;
    while (from > Math.max(0, anchor - REACH) && text[from - 1] != '\n') {
      from--;
      pipe = pipe < 0 && text[from] == '|' ? from : pipe;
    }
    int limit = text[anchor] == '|' ? anchor : pipe;
    boolean writes = false;
    while (from < limit) {
      int close = CommandLine.word(text, from, limit);
      writes |= CommandLine.startsWith(text, from, limit, "echo") || CommandLine.startsWith(text, from, limit, "printf");
      boolean last = close + 1 >= limit;
      if (last && writes && close > from) {
        boolean quoted = close - from > 2 && text[from] == text[close - 1] && "\"'".indexOf(text[from]) >= 0;
        int start = from + (quoted ? 1 : 0);
        int end = close - (quoted ? 1 : 0);
        if (end - start >= 6 && Profile.of(text, start, end).digits() > 0 && !CommandLine.isTemplate(text, start, end)) {
          out.add(Span.secret(start, end, "passwd", Confidence.MEDIUM));
        }
      }
      from = close + 1;
    }
    return anchor + length;
  }

  /** Examines the word that is fed to a program: one that looks generated is no text to read. */
  static int hereString(byte[] text, int anchor, int to, Work work, List<Span> out) {
    Assignment word = Assignment.at(text, anchor + (text[anchor + 3] == ' ' ? 4 : 3), to);
    if (word != null
        && (TokenValues.isToken(text, word, 16)
            || (asksForPassword(text, anchor, work) && Columns.isSecret(text, word.start(), word.end(), Trust.PASSWORD)))) {
      out.add(Span.secret(word.start(), word.end(), "credential", Confidence.LOW));
    }
    return anchor + 3;
  }

  /** Whether the command before speaks of a password. */
  private static boolean asksForPassword(byte[] text, int anchor, Work work) {
    work.spend(2 * REACH);
    for (int i = anchor - 1; i >= Math.max(0, anchor - REACH) && text[i] != '\n'; i--) {
      if (Bytes.startsWithWord(text, i, anchor, PASSWORD)) {
        return true;
      }
    }
    return false;
  }
}
