package dev.rlm.engine.sandbox.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class PrintableTest {

  @Test
  void escapesAllButPrintableAscii() {
    assertEquals(
        "a b~\\u000a\\u000d\\u001b\\u007f\\u00fc\\u2028\\ud800", Printable.of("a b~\n\r\u001b\u007fü\u2028\ud800"));
  }

  @Test
  void keepsTheEndOfALongText() {
    assertEquals("x".repeat(497) + "end", Printable.of("start" + "x".repeat(1_000) + "end"));
  }
}
