package dev.rlm.engine.sandbox.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Seeds;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DocumentPartsTest {

  @TempDir Path folder;

  private final Random random = Seeds.random();

  @Test
  void cutsTextBetweenCharacters() throws Exception {
    for (String unit : new String[] {"a", "é", "€", "\ud83d\ude00", "aé€\ud83d\ude00"}) {
      String text = "x".repeat(random.nextInt(4)) + unit.repeat(800_000);
      StringBuilder all = new StringBuilder();
      int parts = 0;
      try (DocumentParts pieces = new DocumentParts(file(text.getBytes(StandardCharsets.UTF_8)), true)) {
        for (String part = pieces.next(); !part.isEmpty(); part = pieces.next()) {
          assertTrue(part.getBytes(StandardCharsets.UTF_8).length <= DocumentParts.PIECE);
          all.append(part);
          parts++;
        }
      }
      assertEquals(text, all.toString());
      int bytes = text.getBytes(StandardCharsets.UTF_8).length;
      assertTrue(parts <= bytes / (DocumentParts.PIECE - 4) + 1, "parts: " + parts);
    }
  }

  @Test
  void sendsBytesInBase64() throws Exception {
    for (int size : new int[] {0, 1, DocumentParts.PIECE - 1, DocumentParts.PIECE, DocumentParts.PIECE + 1, 3_000_000}) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      try (DocumentParts pieces = new DocumentParts(file(bytes), false)) {
        for (String part = pieces.next(); !part.isEmpty(); part = pieces.next()) {
          all.writeBytes(Base64.getDecoder().decode(part));
        }
      }
      assertArrayEquals(bytes, all.toByteArray());
    }
  }

  private Path file(byte[] content) throws Exception {
    return Files.write(folder.resolve("document"), content);
  }
}
