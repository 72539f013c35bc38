package dev.rlm.engine.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Seeds;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class OutputCaptureTest {

  private static final Pattern GAP = Pattern.compile("(?s)(.*)\n\\[\\.\\.\\. (\\d+) bytes left out \\.\\.\\.\\]\n(.*)");

  @Test
  void keepsAllThatFits() {
    OutputCapture capture = new OutputCapture(10);
    write(capture, "01234");
    write(capture, "");
    write(capture, "56789");
    assertEquals("0123456789", capture.text());
    assertFalse(capture.truncated());
  }

  @Test
  void isEmptyWhenNothingWasWritten() {
    assertEquals("", new OutputCapture(10).text());
    assertFalse(new OutputCapture(10).truncated());
  }

  @Test
  void leavesOutTheMiddle() {
    OutputCapture capture = new OutputCapture(10);
    write(capture, "0123456789x");
    assertTrue(capture.truncated());
    assertEquals("01234\n[... 1 bytes left out ...]\n6789x", capture.text());
    write(capture, "y".repeat(100));
    assertEquals("01234\n[... 101 bytes left out ...]\nyyyyy", capture.text());
  }

  @Test
  void keepsTheTailOfASingleWriteThatIsLargerThanAll() {
    OutputCapture capture = new OutputCapture(4);
    write(capture, "ab" + "x".repeat(1_000) + "yz");
    assertEquals("ab\n[... 1000 bytes left out ...]\nyz", capture.text());
  }

  @Test
  void writesPartOfAnArray() {
    OutputCapture capture = new OutputCapture(10);
    capture.write("..abc..".getBytes(StandardCharsets.UTF_8), 2, 3);
    assertEquals("abc", capture.text());
  }

  @Test
  void neverTearsACharacter() {
    for (String character : new String[] {"é", "€", "😀"}) {
      for (int limit = 1; limit < 40; limit++) {
        for (String shift : new String[] {"", "a", "ab", "abc"}) {
          OutputCapture capture = new OutputCapture(limit);
          write(capture, shift + character.repeat(30));
          String text = capture.text();
          assertFalse(text.contains("\ufffd"), "limit %d: %s".formatted(limit, text));
          Matcher gap = GAP.matcher(text);
          assertTrue(gap.matches(), text);
          long kept = bytes(gap.group(1)) + bytes(gap.group(3));
          assertEquals(bytes(shift + character.repeat(30)), kept + Long.parseLong(gap.group(2)), "limit " + limit);
        }
      }
    }
  }

  @Test
  void doesNotLoseACharacterThatWasNotCut() {
    OutputCapture capture = new OutputCapture(8);
    write(capture, "aéa" + "x".repeat(10) + "bééb".substring(0, 3));
    assertTrue(capture.text().startsWith("aéa\n"), capture.text());
  }

  /** Whatever is written in whatever pieces, the capture is what a capture of everything would be cut down to. */
  @Test
  void agreesWithANaiveModel() {
    Random random = Seeds.random();
    for (int round = 0; round < 3_000; round++) {
      int limit = random.nextInt(64);
      OutputCapture capture = new OutputCapture(limit);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int i = random.nextInt(12); i > 0; i--) {
        byte[] piece = ascii(random, random.nextInt(random.nextInt(5) == 0 ? 200 : 16));
        int offset = random.nextInt(piece.length + 1);
        int length = random.nextInt(piece.length - offset + 1);
        capture.write(piece, offset, length);
        all.write(piece, offset, length);
        assertEquals(naive(all.toByteArray(), limit), capture.text());
        assertEquals(all.size() > limit, capture.truncated());
      }
    }
  }

  private static String naive(byte[] all, int limit) {
    if (all.length <= limit) {
      return new String(all, StandardCharsets.US_ASCII);
    }
    int head = limit / 2;
    int tail = limit - head;
    return new String(all, 0, head, StandardCharsets.US_ASCII)
        + "\n[... %d bytes left out ...]\n".formatted(all.length - limit)
        + new String(all, all.length - tail, tail, StandardCharsets.US_ASCII);
  }

  @Test
  void needsMemoryForWhatIsKeptAndNotForWhatIsWritten() {
    byte[] piece = new byte[64 << 10];
    Arrays.fill(piece, (byte) 'x');
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    OutputCapture capture = new OutputCapture(1 << 20);
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 4_096; i++) {
      capture.write(piece, 0, piece.length);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 8 << 20, () -> allocated + " bytes for 256 MiB");
    assertTrue(capture.text().contains("[... %d bytes left out ...]".formatted((256L << 20) - (1 << 20))));
  }

  @Test
  void needsNoMemoryForWhatIsNotWritten() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    OutputCapture capture = new OutputCapture(Integer.MAX_VALUE);
    write(capture, "a little");
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 1 << 20, () -> allocated + " bytes");
  }

  private static byte[] ascii(Random random, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (' ' + random.nextInt(95));
    }
    return bytes;
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void write(OutputCapture capture, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    capture.write(bytes, 0, bytes.length);
  }
}
