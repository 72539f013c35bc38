package dev.rlm.engine.sandbox.docker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class GuestInputTest {

  @Test
  void yieldsWhatWasSentInOrder() throws IOException {
    GuestInput input = new GuestInput();
    input.send(bytes("Hel"));
    input.send(bytes("lo"));
    byte[] buffer = new byte[4];
    assertEquals(2, input.read(buffer, 1, 2));
    assertEquals(1, input.read(buffer, 3, 1));
    assertArrayEquals(new byte[] {0, 'H', 'e', 'l'}, buffer);
    assertEquals('l', input.read());
    assertEquals('o', input.read());
  }

  @Test
  void readsSingleBytesAsUnsigned() throws IOException {
    GuestInput input = new GuestInput();
    input.send(new byte[] {(byte) 0xff});
    assertEquals(255, input.read());
  }

  @Test
  void readsNothingIntoNoRoomWithoutWaiting() throws IOException {
    assertEquals(0, new GuestInput().read(new byte[1], 0, 0));
  }

  @Test
  void doesNotReadPastAPieceWhileNothingFollows() throws IOException {
    GuestInput input = new GuestInput();
    input.send(bytes("abc"));
    assertEquals(3, input.read(new byte[100], 0, 100), "waiting for more would keep the guest from its message");
  }

  @Test
  void boundsTheBytesThatWait() throws IOException {
    GuestInput input = new GuestInput();
    byte[] large = new byte[64 << 20];
    for (int i = 0; i < 8; i++) {
      input.send(large);
    }
    input.send(large); // It may be over by one.
    assertThrows(IOException.class, () -> input.send(large));
    assertThrows(IOException.class, () -> input.send(bytes("x")));
    assertEquals(0, input.read());
    input.send(bytes("x"));
  }

  @Test
  void refusesMoreWhenTheGuestDoesNotRead() throws IOException {
    GuestInput input = new GuestInput();
    for (int i = 0; i < 256; i++) {
      input.send(bytes("x"));
    }
    assertThrows(IOException.class, () -> input.send(bytes("x")));
    assertEquals('x', input.read());
    input.send(bytes("x"));
  }

  @Test
  void endsForItsReaderOnceItIsClosed() throws IOException {
    GuestInput input = new GuestInput();
    input.send(bytes("dropped"));
    input.close();
    assertEquals(-1, input.read());
    assertEquals(-1, input.read());
    assertThrows(IOException.class, () -> input.send(bytes("x")));
    input.close();
  }

  @Test
  void endsForItsReaderAlsoWhenItWasFull() throws IOException {
    GuestInput input = new GuestInput();
    for (int i = 0; i < 256; i++) {
      input.send(bytes("x"));
    }
    input.close();
    assertEquals(-1, input.read());
  }

  @Test
  void endsForAReaderThatWaits() throws Exception {
    GuestInput input = new GuestInput();
    FutureTask<Integer> read = new FutureTask<>(input::read);
    Thread.ofVirtual().start(read);
    input.close();
    assertEquals(-1, read.get(30, TimeUnit.SECONDS));
  }

  @Test
  void letsAReaderThatWaitsBeInterrupted() throws Exception {
    GuestInput input = new GuestInput();
    FutureTask<Integer> read = new FutureTask<>(input::read);
    Thread reader = Thread.ofVirtual().start(read);
    reader.interrupt();
    ExecutionException e = assertThrows(ExecutionException.class, () -> read.get(30, TimeUnit.SECONDS));
    assertTrue(e.getCause() instanceof IOException, e::toString);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
