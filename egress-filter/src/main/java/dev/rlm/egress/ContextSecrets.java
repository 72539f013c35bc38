package dev.rlm.egress;

import dev.rlm.egress.scan.LiteralIndex;
import dev.rlm.egress.scan.ScanBudget;
import dev.rlm.egress.scan.Scanner;
import dev.rlm.egress.scan.Span;
import dev.rlm.egress.scan.TokenRuns;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The secrets of a context document, to be matched exactly in output. Found by {@link
 * EgressFilter#secrets(InputStream)}; immutable.
 */
public final class ContextSecrets {

  private static final int PIECE = 1 << 20;
  private static final int OVERLAP = 8 << 10;
  private static final int MOST = 10_000;

  private final LiteralIndex values;

  private ContextSecrets(List<byte[]> values) {
    this.values = new LiteralIndex(values, "context-secret", Span.Kind.SECRET);
  }

  /** Fills an array as far as the document goes; gives how many bytes. */
  @FunctionalInterface
  private interface Document {
    int read(byte[] into, int offset, int length) throws IOException;
  }

  /** Reads a document to its end, in pieces. */
  static ContextSecrets in(InputStream document, Scanner scanner) throws IOException {
    return in(document::readNBytes, scanner);
  }

  /** Reads a document in memory. */
  static ContextSecrets in(MemorySegment document, Scanner scanner) {
    long[] at = {0};
    try {
      return in(
          (into, offset, length) -> {
            int count = (int) Math.min(length, document.byteSize() - at[0]);
            MemorySegment.copy(document, ValueLayout.JAVA_BYTE, at[0], into, offset, count);
            at[0] += count;
            return count;
          },
          scanner);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory does not fail to be read.
    }
  }

  /** The values, each once, at most ten thousand. */
  private static ContextSecrets in(Document document, Scanner scanner) throws IOException {
    Set<ByteBuffer> seen = new HashSet<>();
    List<byte[]> values = new ArrayList<>();
    ScanBudget budget = new ScanBudget();
    byte[] piece = new byte[PIECE];
    int kept = 0;
    int count = document.read(piece, kept, PIECE);
    while (count > 0 && values.size() < MOST) {
      int length = kept + count;
      List<Span> found = new ArrayList<>();
      scanner.scan(piece, length, TokenRuns.of(piece, length), budget, found);
      for (Span span : found) {
        byte[] value = Arrays.copyOfRange(piece, span.start(), span.end());
        if (span.kind() == Span.Kind.SECRET
            && value.length >= 8
            && values.size() < MOST
            && seen.add(ByteBuffer.wrap(value))) {
          values.add(value);
        }
      }
      kept = Math.min(OVERLAP, length);
      System.arraycopy(piece, length - kept, piece, 0, kept);
      count = document.read(piece, kept, PIECE - kept);
    }
    return new ContextSecrets(values);
  }

  LiteralIndex values() {
    return values;
  }
}
