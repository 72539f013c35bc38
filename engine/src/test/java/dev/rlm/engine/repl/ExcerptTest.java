package dev.rlm.engine.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ExcerptTest {

  @Test
  void whatFitsIsWhole() {
    assertEquals(new Excerpt("abc", 0), Excerpt.of("abc", 3));
    assertEquals(new Excerpt("", 0), Excerpt.of("", 3));
  }

  @Test
  void headAndTailAreKeptAndTheRestIsCounted() {
    assertEquals(new Excerpt("ab\n[... 1,004 characters left out ...]\nyz", 1_004), Excerpt.of("ab" + "x".repeat(1_004) + "yz", 4));
  }

  @Test
  void noCharacterIsTorn() {
    String text = "😀".repeat(100);
    for (int most = 1; most < 30; most++) {
      Excerpt excerpt = Excerpt.of(text, most);
      assertTrue(StandardCharsets.UTF_8.newEncoder().canEncode(excerpt.text()), excerpt.text());
    }
  }
}
