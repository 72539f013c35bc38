package dev.rlm.engine.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class HeadAndTailTest {

  private final HeadAndTail text = new HeadAndTail(4);

  @Test
  void whatFitsIsWhole() {
    assertEquals("", text.text());
    text.add("abcdef");
    text.add("");
    text.add("ghijkl");
    assertEquals("abcdefghijkl", text.text());
  }

  @Test
  void theMiddleIsCountedAndNotKept() {
    text.add("ab");
    for (int i = 0; i < 1_000; i++) {
      text.add("0123456789");
    }
    text.add("yz");
    assertEquals("ab01\n[... 9,994 characters left out ...]\n6789yz", text.text());
  }
}
