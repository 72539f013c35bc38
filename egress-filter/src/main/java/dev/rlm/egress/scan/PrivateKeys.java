package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Finds private keys in PEM and PGP armour whole: from the line that begins one to the line that
 * ends it, or to the end of the text.
 */
final class PrivateKeys {

  /** What every such block begins with. */
  static final String ANCHOR = "-----begin ";

  private static final int MAXIMUM_LABEL = 64;
  private static final byte[] END = "-----END ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PRIVATE = "PRIVATE KEY".getBytes(StandardCharsets.US_ASCII);

  private PrivateKeys() {}

  /** Gives the end of the block, or -1 when this is no private key. */
  static int apply(byte[] text, int anchor, int to, List<Span> out) {
    int label = anchor + ANCHOR.length();
    int labelEnd = indexOf(text, label, Math.min(to, label + MAXIMUM_LABEL), PRIVATE);
    if (labelEnd < 0) {
      return -1;
    }
    int body = labelEnd + PRIVATE.length;
    int close = indexOf(text, body, to, END);
    int end = close < 0 ? to : Math.min(to, close + END.length + (body - label) + 5);
    if (close >= 0 && close - body < 64) {
      return -1;
    }
    out.add(Span.secret(anchor, end, "private-key", Confidence.HIGH));
    return end;
  }

  private static int indexOf(byte[] text, int from, int to, byte[] what) {
    outer:
    for (int i = from; i + what.length <= to; i++) {
      for (int j = 0; j < what.length; j++) {
        if (text[i + j] != what[j]) {
          continue outer;
        }
      }
      return i;
    }
    return -1;
  }
}
