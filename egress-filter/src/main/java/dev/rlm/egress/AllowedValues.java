package dev.rlm.egress;

import dev.rlm.egress.scan.Span;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/** Values that the host lets pass, known to the policy by their hashes only. */
final class AllowedValues {

  private AllowedValues() {}

  /**
   * Whether a finding is an allowed value, plainly and exactly. Secrets of the context and of the
   * engine never are.
   */
  static boolean contains(Set<String> hashes, View view, Span span) {
    if (hashes.isEmpty() || !span.chain().isEmpty() || span.rule().equals("context-secret")) {
      return false;
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(view.text(), span.start(), span.end() - span.start());
      return hashes.contains(HexFormat.of().formatHex(digest.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
