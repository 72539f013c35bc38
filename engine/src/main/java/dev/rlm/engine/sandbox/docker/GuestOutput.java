package dev.rlm.engine.sandbox.docker;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A container's standard output, taken out of the stream in which the daemon mixes it with standard error: pieces with an
 * 8-byte head of stream number, three zeros and a big-endian length. Of standard error, the last 8 KiB are kept: the agent
 * writes there only when it cannot start. Read by one thread.
 */
final class GuestOutput extends InputStream {

  private static final int STDERR_KEPT = 8 << 10;
  private static final int STDOUT = 1;
  private static final int STDERR = 2;

  private final InputStream mixed;
  private final byte[] head = new byte[8];
  private final ByteBuffer diagnostics = ByteBuffer.allocate(STDERR_KEPT);
  private long left;

  GuestOutput(InputStream mixed) {
    this.mixed = mixed;
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
    while (left == 0) {
      if (!nextPiece()) {
        return -1;
      }
    }
    int count = mixed.read(buffer, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new EOFException("the daemon's stream ended inside a piece");
    }
    left -= count;
    return count;
  }

  @Override
  public int available() throws IOException {
    return (int) Math.min(left, mixed.available());
  }

  private boolean nextPiece() throws IOException {
    int got = mixed.readNBytes(head, 0, head.length);
    if (got == 0) {
      return false;
    }
    if (got < head.length) {
      throw new EOFException("the daemon's stream ended inside a head");
    }
    long length = Integer.toUnsignedLong(ByteBuffer.wrap(head).getInt(4));
    switch (head[0]) {
      case STDOUT -> left = length;
      case STDERR -> keep(length);
      default -> throw new IOException("the daemon sent a piece of stream " + head[0]);
    }
    return true;
  }

  private void keep(long length) throws IOException {
    byte[] part = new byte[1 << 10];
    for (long rest = length; rest > 0; ) {
      int count = mixed.read(part, 0, (int) Math.min(part.length, rest));
      if (count < 0) {
        throw new EOFException("the daemon's stream ended inside a piece");
      }
      rest -= count;
      append(part, count);
    }
  }

  private synchronized void append(byte[] part, int count) {
    if (diagnostics.remaining() < count) {
      diagnostics.flip().position(count);
      diagnostics.compact();
    }
    diagnostics.put(part, 0, count);
  }

  /** Returns the end of what the container wrote to its real standard error. May be called by any thread. */
  synchronized String diagnostics() {
    return new String(diagnostics.array(), 0, diagnostics.position(), StandardCharsets.UTF_8);
  }
}
