package dev.rlm.engine.sandbox.docker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Seeds;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GuestOutputTest {

  @Test
  void isTheStandardOutputAlone() throws IOException {
    GuestOutput output = of(piece(1, "He"), piece(2, "warning"), piece(1, ""), piece(1, "llo"), piece(2, "!"));
    assertEquals("Hello", new String(output.readAllBytes(), StandardCharsets.UTF_8));
    assertEquals("warning!", output.diagnostics());
    assertEquals(-1, output.read());
  }

  @Test
  void doesNotDependOnHowTheStreamWasCut() throws IOException {
    byte[] mixed = join(piece(1, "a"), piece(2, "e1"), piece(1, "bcd"), piece(1, "ef"), piece(2, "e2"), piece(1, "g"));
    for (int chunk = 1; chunk <= mixed.length; chunk++) {
      GuestOutput output = new GuestOutput(new Chunks(mixed, chunk));
      assertEquals("abcdefg", new String(output.readAllBytes(), StandardCharsets.UTF_8), "in pieces of " + chunk);
      assertEquals("e1e2", output.diagnostics());
    }
  }

  @Test
  void isReadInAnySteps() throws IOException {
    Random random = Seeds.random();
    for (int round = 0; round < 200; round++) {
      ByteArrayOutputStream mixed = new ByteArrayOutputStream();
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      for (int i = random.nextInt(20); i >= 0; i--) {
        byte[] text = new byte[random.nextInt(40)];
        random.nextBytes(text);
        boolean stdout = random.nextBoolean();
        mixed.writeBytes(piece(stdout ? 1 : 2, text));
        if (stdout) {
          expected.writeBytes(text);
        }
      }
      GuestOutput output = new GuestOutput(new Chunks(mixed.toByteArray(), 1 + random.nextInt(10)));
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      byte[] buffer = new byte[64];
      for (int count = 0; count >= 0; ) {
        read.write(buffer, 5, count);
        count = output.read(buffer, 5, 1 + random.nextInt(50));
      }
      assertArrayEquals(expected.toByteArray(), read.toByteArray());
    }
  }

  @Test
  void readsSingleBytesAsUnsigned() throws IOException {
    GuestOutput output = of(piece(1, new byte[] {(byte) 0xff, 0}));
    assertEquals(255, output.read());
    assertEquals(0, output.read());
    assertEquals(-1, output.read());
  }

  @Test
  void readsNothingIntoNoRoom() throws IOException {
    assertEquals(0, of().read(new byte[0], 0, 0));
  }

  @Test
  void seesAStreamThatEndsInsideAPiece() throws IOException {
    byte[] whole = join(piece(2, "warning"), piece(1, "Hello"));
    for (int cut = 1; cut < whole.length; cut++) {
      if (cut == piece(2, "warning").length) {
        continue; // Between two pieces.
      }
      GuestOutput output = new GuestOutput(new ByteArrayInputStream(Arrays.copyOf(whole, cut)));
      assertThrows(EOFException.class, output::readAllBytes, "after " + cut);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 127, 128, 255})
  void refusesAStreamThatDoesNotExist(int number) {
    IOException e = assertThrows(IOException.class, () -> of(piece(number, "x")).readAllBytes());
    assertFalse(e instanceof EOFException, e::toString);
  }

  @Test
  void allocatesNothingForALengthAlone() throws IOException {
    GuestOutput output = new GuestOutput(new ByteArrayInputStream(new byte[] {1, 0, 0, 0, -1, -1, -1, -1, 'a'}));
    assertEquals('a', output.read());
    assertThrows(EOFException.class, output::read);
  }

  @Test
  void keepsTheEndOfStandardError() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteArrayOutputStream mixed = new ByteArrayOutputStream();
    for (int i = 0; i < 10_000; i++) {
      byte[] line = "line %d\n".formatted(i).getBytes(StandardCharsets.UTF_8);
      all.writeBytes(line);
      mixed.writeBytes(piece(2, line));
    }
    mixed.writeBytes(piece(2, "x".repeat(100_000) + "the end"));
    GuestOutput output = new GuestOutput(new ByteArrayInputStream(mixed.toByteArray()));
    assertEquals(-1, output.read());
    String kept = output.diagnostics();
    assertTrue(kept.endsWith("xxx" + "the end"), kept);
    assertTrue(kept.length() <= 8 << 10, kept.length() + " characters");
    assertTrue(kept.length() >= 7 << 10, kept.length() + " characters");
  }

  @Test
  void saysHowMuchCanBeReadAtOnce() throws IOException {
    GuestOutput output = of(piece(1, "abc"), piece(1, "def"));
    assertEquals(0, output.available());
    assertEquals('a', output.read());
    assertEquals(2, output.available());
  }

  private static GuestOutput of(byte[]... pieces) {
    return new GuestOutput(new ByteArrayInputStream(join(pieces)));
  }

  private static byte[] piece(int stream, String text) {
    return piece(stream, text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] piece(int stream, byte[] bytes) {
    return ByteBuffer.allocate(8 + bytes.length)
        .put((byte) stream)
        .put(new byte[3])
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** A stream that never yields more than some bytes at a time. */
  private static final class Chunks extends InputStream {

    private final ByteArrayInputStream bytes;
    private final int most;

    Chunks(byte[] bytes, int most) {
      this.bytes = new ByteArrayInputStream(bytes);
      this.most = most;
    }

    @Override
    public int read() {
      return bytes.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      return bytes.read(buffer, offset, Math.min(most, length));
    }
  }
}
