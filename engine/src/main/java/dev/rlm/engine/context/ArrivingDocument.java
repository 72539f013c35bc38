package dev.rlm.engine.context;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A file that another thread still writes, for one thread that reads along: gives what is there and waits for more. It ends where
 * the writer says, or fails when the writer gives up. The reader closes it.
 */
final class ArrivingDocument extends InputStream {

  private final FileChannel file;
  private long position;
  private long written;
  private boolean ended;
  private boolean whole;

  /** Opens a file that is there already. */
  ArrivingDocument(Path file) throws IOException {
    this.file = FileChannel.open(file);
  }

  /** So many bytes are there now. */
  synchronized void grown(long length) {
    written = length;
    notifyAll();
  }

  /** No more will come: because that is all, or because the writer has given up. What was said first counts. */
  synchronized void end(boolean all) {
    if (!ended) {
      ended = true;
      whole = all;
      notifyAll();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    long there = awaitMore();
    if (there == 0) {
      return -1;
    }
    int count = file.read(ByteBuffer.wrap(into, offset, (int) Math.min(length, there)), position);
    if (count > 0) {
      position += count;
    }
    return count;
  }

  /** Returns how many bytes are there that were not read; zero at the end. */
  private synchronized long awaitMore() throws IOException {
    try {
      while (written == position && !ended) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a document");
    }
    if (ended && !whole) {
      throw new IOException("the document did not arrive");
    }
    return written - position;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
