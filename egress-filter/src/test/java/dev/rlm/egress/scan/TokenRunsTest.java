package dev.rlm.egress.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The runs are those that a look at every byte finds. */
class TokenRunsTest {

  private record Run(int start, int end) {}

  private static List<Run> found(byte[] text, int to) {
    TokenRuns runs = TokenRuns.of(text, to);
    List<Run> found = new ArrayList<>();
    for (int i = 0; i < runs.count(); i++) {
      found.add(new Run(runs.start(i), runs.end(i)));
    }
    return found;
  }

  private static List<Run> searched(byte[] text, int to) {
    List<Run> searched = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= to; i++) {
      if (i == to || !Bytes.isToken(text[i])) {
        if (i - start >= TokenRuns.SHORTEST) {
          searched.add(new Run(start, i));
        }
        start = i + 1;
      }
    }
    return searched;
  }

  @Test
  void areThoseOfALookAtEveryByte() {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      byte[] text = new byte[random.nextInt(10_000)];
      random.nextBytes(text);
      int at = 0;
      while (at < text.length) {
        // Any byte, and then as many letters as make a run now and then.
        at += 1 + random.nextInt(3);
        for (int length = random.nextInt(120); length > 0 && at < text.length; length--) {
          text[at++] = (byte) ('a' + random.nextInt(26));
        }
      }
      int to = text.length - random.nextInt(Math.min(70, text.length + 1));
      assertEquals(searched(text, to), found(text, to));
    }
  }

  @Test
  void everyByteIsToldApartAsTheTableDoes() {
    for (int b = 0; b < 256; b++) {
      byte[] text = new byte[2 * TokenRuns.SHORTEST - 1];
      Arrays.fill(text, (byte) 'x');
      text[TokenRuns.SHORTEST - 1] = (byte) b;
      int expected = Bytes.isToken((byte) b) ? text.length : 0;
      List<Run> found = found(text, text.length);
      assertEquals(expected, found.isEmpty() ? 0 : found.getFirst().end(), "byte " + b);
    }
  }
}
