package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Finds what a script types when a program asks for a password: {@code expect "assword:"; send "…\r"}. */
final class ExpectScripts {

  /** What types a text. */
  static final List<String> SENDERS = List.of("send \"", "send -- \"", "sendline(\"", "sendline('");

  /** How far before it the question stands. */
  private static final int REACH = 160;

  private static final int LONGEST = 64;

  private static final byte[] EXPECT = "expect".getBytes(StandardCharsets.US_ASCII);

  private static final List<byte[]> QUESTIONS =
      List.of(
          "assword".getBytes(StandardCharsets.US_ASCII), "assphrase".getBytes(StandardCharsets.US_ASCII));

  private ExpectScripts() {}

  /** Gives the end of what was examined. */
  static int apply(byte[] text, int anchor, int length, int to, Work work, List<Span> out) {
    int start = anchor + length;
    byte quote = text[start - 1];
    int limit = Math.min(to, start + LONGEST);
    int end = start;
    while (end < limit && text[end] != quote && text[end] != '\\' && !Bytes.isSpace(text[end])) {
      end++;
    }
    boolean closed = end < limit && (text[end] == quote || text[end] == '\\');
    if (closed && end - start >= 4 && isLiteral(text, start, end)) {
      work.spend(2 * REACH);
      if (isAnswer(text, anchor)) {
        out.add(Span.secret(start, end, "passwd", Confidence.MEDIUM));
      }
    }
    return start;
  }

  private static boolean isLiteral(byte[] text, int start, int end) {
    return !Templates.isTemplate(text, start, end)
        && !Placeholders.isPlaceholder(text, start, end, 3)
        && !Placeholders.isWord(text, start, end);
  }

  /** Whether the last that was expected before is a question for a password. */
  private static boolean isAnswer(byte[] text, int place) {
    boolean asks = false;
    for (int i = place - 1; i >= Math.max(0, place - REACH); i--) {
      for (byte[] question : QUESTIONS) {
        asks |= Bytes.startsWithWord(text, i, place, question);
      }
      if (Bytes.startsWithWord(text, i, place, EXPECT)) {
        return asks;
      }
    }
    return false;
  }
}
