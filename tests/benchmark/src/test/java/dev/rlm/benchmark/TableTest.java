package dev.rlm.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TableTest {

  @Test
  void alignsColumnsAndShowsPromisesThatAreNotKept() {
    List<String> lines =
        Table.of(
                List.of(
                    new Table.Section(
                        "one",
                        List.of(
                            Figure.of("quick", "ms", 2).beside("slow", 400).atMost(5),
                            Figure.of("rate", "/s", 1.25).atLeast(2)))))
            .lines()
            .toList();
    assertEquals(3, lines.size());
    int promised = lines.get(0).indexOf("promised");
    assertEquals("≤ 5 ms", lines.get(1).substring(promised, promised + 6));
    assertEquals("≥ 2 /s", lines.get(2).substring(promised, promised + 6));
    int kept = lines.get(0).indexOf("kept");
    assertTrue(lines.get(1).startsWith("yes", kept), lines.get(1));
    assertTrue(lines.get(2).startsWith("NO", kept), lines.get(2));
    assertTrue(lines.get(1).contains("0.0050"), lines.get(1));
    assertTrue(lines.get(1).endsWith("slow"), lines.get(1));
  }

  @Test
  void writesAsManyDigitsAsSaySomething() {
    assertEquals("1234", Table.number(1234.4));
    assertEquals("12.3", Table.number(12.34));
    assertEquals("1.23", Table.number(1.234));
    assertEquals("0.0123", Table.number(0.01234));
    assertEquals("0", Table.number(0));
    assertEquals("5", Table.number(5));
  }
}
