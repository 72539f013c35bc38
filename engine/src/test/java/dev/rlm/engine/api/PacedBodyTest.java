package dev.rlm.engine.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class PacedBodyTest {

  private long now = Long.MAX_VALUE - 5; // The clock may have any value, and pass its largest.

  private PacedBody body(int bytes) {
    return new PacedBody(new ByteArrayInputStream(new byte[bytes]), () -> now);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void aBodyMayTakeItsTime() throws IOException {
    PacedBody body = body(3 * PacedBody.BYTES_PER_SECOND);
    pass(PacedBody.GRACE);
    assertEquals(0, body.read());
    for (int i = 0; i < 2; i++) {
      pass(Duration.ofSeconds(1));
      assertEquals(PacedBody.BYTES_PER_SECOND, body.readNBytes(PacedBody.BYTES_PER_SECOND).length);
    }
    assertEquals(PacedBody.BYTES_PER_SECOND - 1, body.readNBytes(1 << 20).length);
    pass(Duration.ofHours(1));
    assertEquals(-1, body.read());
  }

  @Test
  void theRestIsSkippedWithinBounds() throws IOException {
    PacedBody little = body(1_000);
    little.skipRest();
    assertEquals(-1, little.read());
    PacedBody much = body((16 << 20) + 1);
    much.skipRest();
    assertEquals(0, much.read());
    PacedBody slow =
        new PacedBody(
            new ByteArrayInputStream(new byte[100_000]) {
              @Override
              public synchronized int read(byte[] into, int offset, int length) {
                pass(Duration.ofSeconds(3));
                return super.read(into, offset, length);
              }
            },
            () -> now);
    slow.skipRest();
    assertEquals(100_000 - (16 << 10), slow.available());
    InputStream gone = InputStream.nullInputStream();
    gone.close();
    PacedBody broken = new PacedBody(gone);
    broken.skipRest();
    assertThrows(IOException.class, broken::read);
  }

  @Test
  void oneThatDripsIsRefused() throws IOException {
    PacedBody body = body(100);
    assertArrayEquals(new byte[10], body.readNBytes(10));
    pass(PacedBody.GRACE.plusMillis(1));
    ApiException refused = assertThrows(ApiException.class, body::read);
    assertEquals(ErrorCode.BODY_TOO_SLOW, refused.code());
    assertTrue(Objects.requireNonNull(refused.getMessage()).startsWith("11 bytes of the body came in 60 s"), refused.getMessage());
  }
}
