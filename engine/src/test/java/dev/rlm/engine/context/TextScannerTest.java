package dev.rlm.engine.context;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scanner against the JDK's decoder, which is slow, strict and right. */
final class TextScannerTest {

  private static final String[] ALPHABETS = {
    "abc \n", "aé", "é", "€漢", "\ud83d\ude00", "aé€\ud83d\ude00", "\u0000\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\ud800\udc00\udbff\udfff"
  };

  private final Random random = Seeds.random();

  @Test
  void countsAndMarksTheCharactersOfAnyTextCutAnywhere() throws IOException {
    for (String alphabet : ALPHABETS) {
      for (int size : new int[] {0, 1, 4095, 4096, 4097, 8192, random.nextInt(40_000)}) {
        String text = text(alphabet, size);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<Long> marks = new ArrayList<>();
        TextScanner scanner = scan(bytes, marks);

        assertTrue(scanner.valid());
        assertEquals(size, scanner.characters());
        assertEquals(bytes.length > size, scanner.wide());
        assertEquals(scanner.wide() ? marksOf(text) : List.of(), marks);
      }
    }
  }

  @Test
  void beginsToMarkWithTheFirstCharacterThatIsNotAsciiWhereverItStands() throws IOException {
    for (int ascii : new int[] {0, 1, 4095, 4096, 4097, 20_000}) {
      String text = "x".repeat(ascii) + "é" + "y".repeat(5_000);
      List<Long> marks = new ArrayList<>();
      scan(text.getBytes(StandardCharsets.UTF_8), marks);

      assertEquals(marksOf(text), marks, "after " + ascii);
    }
  }

  @Test
  void judgesAnyBytesAsTheDecoderDoes() throws IOException {
    int valid = 0;
    for (int round = 0; round < 200_000; round++) {
      byte[] bytes = text(ALPHABETS[random.nextInt(ALPHABETS.length)], random.nextInt(6)).getBytes(StandardCharsets.UTF_8);
      if (bytes.length > 0) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      boolean expected = isValid(bytes);
      valid += expected ? 1 : 0;
      assertEquals(expected, scan(bytes, new ArrayList<>()).valid(), () -> java.util.HexFormat.of().formatHex(bytes));
    }
    assertTrue(valid > 1_000, "valid: " + valid);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80", "bf", "c080", "c1bf", "c2", "c2c2", "e0", "e080", "e09f80", "e0a0", "ed a080", "edbfbf", "f0808080", "f08f8080",
        "f09080", "f4908080", "f5808080", "ff", "fe", "e28282e2", "f8888080"
      })
  void refusesWhatIsNoUtf8WhereverItStands(String hex) throws IOException {
    byte[] bad = java.util.HexFormat.of().parseHex(hex.replace(" ", ""));
    for (int before : new int[] {0, 1, 7, 8, 4095, 4096}) {
      byte[] bytes = new byte[before + bad.length];
      java.util.Arrays.fill(bytes, 0, before, (byte) 'a');
      System.arraycopy(bad, 0, bytes, before, bad.length);

      assertFalse(scan(bytes, new ArrayList<>()).valid(), hex + " after " + before);
    }
  }

  private TextScanner scan(byte[] bytes, List<Long> marks) throws IOException {
    TextScanner scanner = new TextScanner(marks::add);
    for (int at = 0; at < bytes.length; ) {
      int end = Math.min(bytes.length, at + 1 + random.nextInt(random.nextBoolean() ? 3 : 9_000));
      scanner.accept(bytes, at, end);
      at = end;
    }
    return scanner;
  }

  private String text(String alphabet, int characters) {
    int[] choices = alphabet.codePoints().toArray();
    return random.ints(characters, 0, choices.length).map(i -> choices[i])
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
  }

  /** Where every 4,096th character begins, made the simple way. */
  static List<Long> marksOf(String text) {
    List<Long> marks = new ArrayList<>();
    long offset = 0;
    int number = 0;
    for (int point : text.codePoints().toArray()) {
      if (number++ % 4_096 == 0) {
        marks.add(offset);
      }
      offset += Character.toString(point).getBytes(StandardCharsets.UTF_8).length;
    }
    return marks;
  }

  private static boolean isValid(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
