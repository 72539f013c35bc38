package dev.rlm.egress.echo;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A context document, read in pieces wherever it lies. Thread-safe as long as the document does not
 * change.
 */
final class ContextText {

  private final MemorySegment bytes;

  ContextText(MemorySegment bytes) {
    this.bytes = bytes;
  }

  long length() {
    return bytes.byteSize();
  }

  /** Copies bytes from a place on; gives how many there were. */
  int copy(long from, byte[] into, int wanted) {
    int length = (int) Math.min(wanted, length() - from);
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, from, into, 0, length);
    return length;
  }
}
