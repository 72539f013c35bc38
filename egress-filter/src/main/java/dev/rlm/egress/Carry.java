package dev.rlm.egress;

import dev.rlm.egress.scan.Bytes;
import dev.rlm.egress.scan.Span;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A redacted area that reached the end of a block and goes on: a private key until its last line,
 * anything else until its token ends.
 */
record Carry(boolean open, boolean privateKey) {

  private static final byte[] END = "-----END ".getBytes(StandardCharsets.US_ASCII);
  private static final int END_LINE = 64;

  static Carry of(Span span) {
    return new Carry(true, span.rule().equals("private-key"));
  }

  /** Covers what continues the area; gives what is still to be continued. */
  Carry cover(View view, Painting painting) {
    if (!open || view.length() == view.from()) {
      return this;
    }
    int end = privateKey ? keyEnd(view) : tokenEnd(view);
    if (end > view.from()) {
      String rule = privateKey ? "private-key" : "continued";
      Span span = new Span(view.from(), end, rule, Confidence.MEDIUM, Span.Kind.SECRET, List.of());
      painting.paint(view, span, view.from(), end, "");
    }
    return new Carry(end == view.length(), privateKey);
  }

  private static int tokenEnd(View view) {
    int end = view.from();
    while (end < view.length() && Bytes.isToken(view.text()[end])) {
      end++;
    }
    return end;
  }

  private static int keyEnd(View view) {
    for (int i = view.from(); i + END.length <= view.length(); i++) {
      if (view.text()[i] == '-'
          && Arrays.equals(view.text(), i, i + END.length, END, 0, END.length)) {
        int end = i;
        while (end < Math.min(view.length(), i + END_LINE) && view.text()[end] != '\n') {
          end++;
        }
        return end;
      }
    }
    return view.length();
  }
}
