package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds private keys in PEM and PGP armour whole: from the line that begins one to the line that
 * ends it, or to the end of the text.
 */
final class PrivateKeys {

  /** What every such block begins with. */
  static final String ANCHOR = "-----begin ";

  private static final int MAXIMUM_LABEL = 64;
  private static final byte[] END = "-----END ".getBytes(StandardCharsets.US_ASCII);

  /** Words of the labels that say so. */
  private static final List<byte[]> PRIVATE =
      Stream.of("PRIVATE KEY", "OpenVPN Static key")
          .map(words -> words.getBytes(StandardCharsets.US_ASCII))
          .toList();

  private static final List<byte[]> STARTS =
      Stream.of("MI", "MC4CAQ", "MHcCAQ", "MFMCAQ", "MEcCAQ", "b3BlbnNzaC1rZXktdjE", "Proc-Type:", "lQ", "lI", "xc")
          .map(start -> start.getBytes(StandardCharsets.US_ASCII))
          .toList();

  private PrivateKeys() {}

  /** Gives the end of the block, or -1 when this is no private key. */
  static int apply(byte[] text, int anchor, int to, Work work, List<Span> out) {
    int label = anchor + ANCHOR.length();
    int body = labelEnd(text, label, Math.min(to, label + MAXIMUM_LABEL));
    if (body < 0) {
      return -1;
    }
    int close = indexOf(text, body, to, END);
    int end = close < 0 ? to : Math.min(to, close + END.length + (body - label) + 5);
    if (close >= 0 && close - body < 64) {
      return -1;
    }
    Confidence confidence = holdsKey(text, body, end) ? Confidence.HIGH : Confidence.MEDIUM;
    out.add(Span.secret(anchor, end, "private-key", confidence));
    work.settle(end);
    return end;
  }

  /**
   * Whether the body begins as the base64 of a DER sequence, of a key of OpenSSH or of a packet of
   * PGP does, or with headers before it.
   */
  private static boolean holdsKey(byte[] text, int from, int to) {
    int i = from;
    while (i < to && (text[i] == '-' || Bytes.isSpace(text[i]) || text[i] == '\\' || text[i] == 'n')) {
      i++;
    }
    for (byte[] start : STARTS) {
      if (Bytes.startsWith(text, i, to, start)) {
        return true;
      }
    }
    return false;
  }

  /** Where the words end that say what the block is, or -1. */
  private static int labelEnd(byte[] text, int from, int to) {
    for (byte[] words : PRIVATE) {
      int at = indexOf(text, from, to, words);
      if (at >= 0) {
        return at + words.length;
      }
    }
    return -1;
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
