package dev.rlm.egress;

import dev.rlm.egress.scan.Scanner;
import dev.rlm.egress.scan.Span;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** Reads a context document once, in pieces, for its secrets and for its hash. */
final class ContextSecrets {

  private static final int PIECE = 1 << 20;
  private static final int OVERLAP = 8 << 10;
  private static final int MOST = 10_000;

  private ContextSecrets() {}

  /** The values of the secrets in a document, each once, at most ten thousand. */
  static List<byte[]> in(MemorySegment context, Scanner scanner) {
    Set<ByteBuffer> seen = new HashSet<>();
    List<byte[]> values = new ArrayList<>();
    byte[] piece = new byte[PIECE];
    for (long at = 0; at < context.byteSize() && values.size() < MOST; at += PIECE - OVERLAP) {
      int length = (int) Math.min(PIECE, context.byteSize() - at);
      MemorySegment.copy(context, ValueLayout.JAVA_BYTE, at, piece, 0, length);
      List<Span> found = new ArrayList<>();
      scanner.scan(piece, length, Scanner.Scope.ALL, found);
      for (Span span : found) {
        byte[] value = Arrays.copyOfRange(piece, span.start(), span.end());
        if (span.kind() == Span.Kind.SECRET
            && value.length >= 8
            && values.size() < MOST
            && seen.add(ByteBuffer.wrap(value))) {
          values.add(value);
        }
      }
    }
    return values;
  }

  static String sha256(MemorySegment context) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] piece = new byte[PIECE];
      for (long at = 0; at < context.byteSize(); at += PIECE) {
        int length = (int) Math.min(PIECE, context.byteSize() - at);
        MemorySegment.copy(context, ValueLayout.JAVA_BYTE, at, piece, 0, length);
        digest.update(piece, 0, length);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
