package dev.rlm.engine.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A body whose sender has to keep a pace, so that nobody holds a request for ever by a byte now and then: it may take {@link #GRACE}
 * and a second more for each {@link #BYTES_PER_SECOND}. Silence is bounded by the server itself.
 */
final class PacedBody extends FilterInputStream {

  static final Duration GRACE = Duration.ofMinutes(1);
  static final int BYTES_PER_SECOND = 16 << 10;

  private static final int SKIP_BYTES = 16 << 20;
  private static final Duration SKIP_TIME = Duration.ofSeconds(2);

  private final LongSupplier nanoTime;
  private final long started;
  private long bytes;

  PacedBody(InputStream body) {
    this(body, System::nanoTime);
  }

  PacedBody(InputStream body, LongSupplier nanoTime) {
    super(body);
    this.nanoTime = nanoTime;
    this.started = nanoTime.getAsLong();
  }

  /**
   * Reads what is left, unless that is much or takes long: a client that still sends while the connection is closed may lose the
   * answer.
   */
  void skipRest() {
    long end = nanoTime.getAsLong() + SKIP_TIME.toNanos();
    byte[] piece = new byte[16 << 10];
    try {
      for (int skipped = 0, count = 0; count >= 0 && skipped < SKIP_BYTES && nanoTime.getAsLong() - end < 0; skipped += count) {
        count = super.read(piece, 0, piece.length);
      }
    } catch (IOException e) {
      // Nobody is there to lose an answer.
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = super.read(into, offset, length);
    bytes += Math.max(0, count);
    Duration taken = Duration.ofNanos(nanoTime.getAsLong() - started);
    if (count > 0 && taken.compareTo(GRACE.plusSeconds(bytes / BYTES_PER_SECOND)) > 0) {
      throw new ApiException(
          ErrorCode.BODY_TOO_SLOW,
          "%d bytes of the body came in %d s: a body may take %d s, and another for each %d bytes; send it again, faster"
              .formatted(bytes, taken.toSeconds(), GRACE.toSeconds(), BYTES_PER_SECOND));
    }
    return count;
  }
}
