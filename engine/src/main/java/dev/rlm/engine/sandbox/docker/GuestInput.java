package dev.rlm.engine.sandbox.docker;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the transport reads and carries to a container's standard input. Writers never wait: a frame is queued as it is, not
 * copied. The queue is bounded, so that a guest that does not read costs the host a known amount.
 */
final class GuestInput extends InputStream {

  /** A document that is sent in parts, with every character escaped. One frame may always go alone. */
  private static final long MAX_QUEUED_BYTES = 512L << 20;

  /** An execution needs two: its code and an interrupt. Host calls answer one at a time per guest thread. */
  private static final int MAX_QUEUED = 256;

  private static final byte[] END = new byte[0];

  private final BlockingQueue<byte[]> queue = new LinkedBlockingQueue<>(MAX_QUEUED);
  private final AtomicLong queuedBytes = new AtomicLong();
  private byte[] piece = new byte[0];
  private int position;
  private boolean ended;
  private volatile boolean closed;

  /**
   * Queues bytes.
   *
   * @throws IOException when the stream is closed, or the guest has stopped reading
   */
  void send(byte[] bytes) throws IOException {
    if (closed) {
      throw new IOException("the connection to the sandbox is closed");
    }
    if (queuedBytes.addAndGet(bytes.length) > MAX_QUEUED_BYTES + bytes.length || !queue.offer(bytes)) {
      queuedBytes.addAndGet(-bytes.length);
      throw new IOException("the guest does not read what it is sent");
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (position == piece.length && !ended) {
      try {
        piece = queue.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      queuedBytes.addAndGet(-piece.length);
      position = 0;
      ended = piece.length == 0;
    }
    if (ended) {
      return -1;
    }
    int count = Math.min(length, piece.length - position);
    System.arraycopy(piece, position, buffer, offset, count);
    position += count;
    return count;
  }

  /** Ends the stream for its reader; what is queued and not yet read is dropped. */
  @Override
  public void close() {
    closed = true;
    queue.clear();
    boolean told = queue.offer(END);
    assert told || !queue.isEmpty();
  }
}
