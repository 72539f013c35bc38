package dev.rlm.engine.execution;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Keeps the head and the tail of a stream of UTF-8 within a fixed number of bytes, and counts the rest. Memory grows with
 * what is kept, never with what is written. Used by one thread at a time.
 */
final class OutputCapture {

  private final int headLimit;
  private final int tailLimit;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private byte[] tail = new byte[0];
  private int tailStart;
  private int tailLength;
  private long dropped;

  /** Creates a capture that keeps at most {@code limit} bytes: half of them from the beginning, half from the end. */
  OutputCapture(int limit) {
    this.headLimit = limit / 2;
    this.tailLimit = limit - headLimit;
  }

  void write(byte[] bytes, int offset, int length) {
    int toHead = Math.min(length, headLimit - head.size());
    head.write(bytes, offset, toHead);
    if (toHead < length) {
      writeTail(bytes, offset + toHead, length - toHead);
    }
  }

  private void writeTail(byte[] bytes, int offset, int length) {
    int skipped = Math.max(0, length - tailLimit);
    int from = offset + skipped;
    int count = length - skipped;
    dropped += skipped;
    ensureRoom(count);
    int overwritten = Math.max(0, tailLength + count - tail.length);
    tailStart = (tailStart + overwritten) % Math.max(1, tail.length);
    tailLength -= overwritten;
    dropped += overwritten;
    for (int done = 0; done < count; ) {
      int at = (tailStart + tailLength) % tail.length;
      int piece = Math.min(count - done, tail.length - at);
      System.arraycopy(bytes, from + done, tail, at, piece);
      tailLength += piece;
      done += piece;
    }
  }

  private void ensureRoom(int count) {
    int wanted = Math.min(tailLimit, tailLength + count);
    if (wanted > tail.length) {
      byte[] larger = new byte[Math.min(tailLimit, Math.max(wanted, 2 * tail.length))];
      copyTail(larger);
      tail = larger;
      tailStart = 0;
    }
  }

  private void copyTail(byte[] to) {
    int first = Math.min(tailLength, tail.length - tailStart);
    System.arraycopy(tail, tailStart, to, 0, first);
    System.arraycopy(tail, 0, to, first, tailLength - first);
  }

  /** Returns whether anything was left out. */
  boolean truncated() {
    return dropped > 0;
  }

  /** Returns what was kept, with a line that says how much is missing where some is. */
  String text() {
    byte[] end = new byte[tailLength];
    copyTail(end);
    if (dropped == 0) {
      byte[] all = new byte[head.size() + end.length];
      System.arraycopy(head.toByteArray(), 0, all, 0, head.size());
      System.arraycopy(end, 0, all, head.size(), end.length);
      return new String(all, StandardCharsets.UTF_8);
    }
    byte[] begin = head.toByteArray();
    int beginEnds = begin.length;
    while (beginEnds > 0 && isContinuation(begin[beginEnds - 1])) {
      beginEnds--;
    }
    // The last character may be whole or cut: without its continuation bytes it is at most one lead byte.
    if (beginEnds > 0 && begin[beginEnds - 1] < 0) {
      beginEnds--;
    }
    int endStarts = 0;
    while (endStarts < end.length && isContinuation(end[endStarts])) {
      endStarts++;
    }
    long missing = dropped + (begin.length - beginEnds) + endStarts;
    return new String(begin, 0, beginEnds, StandardCharsets.UTF_8)
        + "\n[... %d bytes left out ...]\n".formatted(missing)
        + new String(end, endStarts, end.length - endStarts, StandardCharsets.UTF_8);
  }

  private static boolean isContinuation(byte b) {
    return (b & 0xc0) == 0x80;
  }
}
