package dev.rlm.engine.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1024, 1024",
    "7b, 7",
    "64k, 65536",
    "64K, 65536",
    "64kb, 65536",
    "64KiB, 65536",
    "512m, 536870912",
    "512Mi, 536870912",
    "1g, 1073741824",
    "' 1g ', 1073741824",
    "999999999999999, 999999999999999"
  })
  void readsWholeNumbersWithUnits(String text, long bytes) {
    assertEquals(bytes, ByteSize.parse(text).bytes());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "m", "-1", "+1", "1.5g", "1e3", "1t", "1 g", "0x10", "512mm", "1g1", "١", "1234567890123456"
      })
  void refusesEverythingElse(String text) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> ByteSize.parse(text));
    assertTrue(String.valueOf(e.getMessage()).contains("\"" + text + "\""), e::toString);
  }

  @Test
  void refusesASizeThatDoesNotFitALongAsItRefusesOtherText() {
    assertThrows(IllegalArgumentException.class, () -> ByteSize.parse("999999999999999g"));
  }

  @Test
  void isNeverNegative() {
    assertThrows(IllegalArgumentException.class, () -> new ByteSize(-1));
    assertEquals(0, new ByteSize(0).bytes());
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "1023, 1023", "1024, 1k", "1025, 1025", "1536, 1536", "1048576, 1m", "536870912, 512m",
      "1073741824, 1g", "1610612736, 1536m"})
  void isWrittenWithTheLargestUnitThatDividesIt(long bytes, String text) {
    assertEquals(text, new ByteSize(bytes).toString());
    assertEquals(bytes, ByteSize.parse(text).bytes());
  }

  @Test
  void countsMebibytes() {
    assertEquals(3L << 20, ByteSize.mebibytes(3).bytes());
    assertThrows(ArithmeticException.class, () -> ByteSize.mebibytes(Long.MAX_VALUE));
  }

  @Test
  void isOrderedBySize() {
    assertTrue(ByteSize.parse("1g").compareTo(ByteSize.parse("1023m")) > 0);
    assertEquals(0, ByteSize.parse("1m").compareTo(ByteSize.parse("1024k")));
  }
}
