package dev.rlm.engine.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rlm.engine.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class Utf8PiecesTest {

  private static final String TEXT = "a\u007f\u0080é\u07ff\u0800中\uffff😀\udbff\udfff\u0000\n";

  @Test
  void aCharacterThatAPieceCutsComesWithTheNext() {
    byte[] bytes = TEXT.getBytes(StandardCharsets.UTF_8);
    for (int cut = 0; cut <= bytes.length; cut++) {
      Utf8Pieces pieces = new Utf8Pieces();
      String first = pieces.decode(Arrays.copyOf(bytes, cut));
      assertEquals(TEXT, first + pieces.decode(Arrays.copyOfRange(bytes, cut, bytes.length)), "cut at " + cut);
      assertEquals(new String(first.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8), first);
    }
  }

  @Test
  void piecesOfAnySizeMakeTheWhole() {
    Random random = Seeds.random();
    byte[] bytes = TEXT.repeat(50).getBytes(StandardCharsets.UTF_8);
    for (int round = 0; round < 200; round++) {
      Utf8Pieces pieces = new Utf8Pieces();
      StringBuilder text = new StringBuilder();
      for (int at = 0; at < bytes.length; ) {
        int end = Math.min(bytes.length, at + random.nextInt(4));
        text.append(pieces.decode(Arrays.copyOfRange(bytes, at, end)));
        at = end;
      }
      assertEquals(TEXT.repeat(50), text.toString());
    }
  }

  @Test
  void doesNotWaitForTheRestOfWhatIsNoCharacter() {
    Utf8Pieces pieces = new Utf8Pieces();
    assertEquals("\ufffd", pieces.decode(new byte[] {(byte) 0x80}));
    assertEquals("", pieces.decode(new byte[] {(byte) 0xe2}));
    assertEquals("\ufffdx", pieces.decode(new byte[] {'x'}));
  }
}
