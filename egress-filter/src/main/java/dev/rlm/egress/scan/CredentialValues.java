package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.util.List;

/** Judges values that are assigned to names which speak of credentials. */
final class CredentialValues {

  /** Words in names of credentials; the index in this list is the keyword's number. */
  static final List<String> WORDS =
      List.of(
          "password", "passwd", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "access_key", "access-key",
          "accesskey", "private_key", "authorization", "credential");

  private CredentialValues() {}

  static void judge(byte[] text, int keyword, int word, int to, List<Span> out) {
    Assignment value = Assignment.after(text, keyword, to);
    if (value == null || value.end() - value.start() < 6) {
      return;
    }
    int start = value.start();
    int end = value.end();
    for (int i = start; i < end; i++) {
      if (Bytes.isSpace(text[i]) || (text[i] == '$' && i + 1 < end && text[i + 1] == '{') || text[i] == '(' || text[i] == '<') {
        return;
      }
    }
    if (Placeholders.isPlaceholder(text, start, end, 4)) {
      return;
    }
    boolean password = word < 3;
    boolean mixed = hasDigit(text, start, end) && end - start >= 8;
    if ((password && (value.quoted() || mixed)) || (mixed && Randomness.entropy(text, start, end) >= 3.0)) {
      out.add(Span.secret(start, end, password ? "password" : "credential", Confidence.MEDIUM));
    }
  }

  private static boolean hasDigit(byte[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (Bytes.isDigit(text[i])) {
        return true;
      }
    }
    return false;
  }
}
