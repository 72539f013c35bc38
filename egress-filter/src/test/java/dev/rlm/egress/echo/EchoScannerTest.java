package dev.rlm.egress.echo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.egress.scan.Span;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class EchoScannerTest {

  private static final int RUN = EchoIndex.GUARANTEED;

  private final Random random = new Random(4);
  private final String document = letters(200_000);
  private final EchoScanner scanner =
      new EchoScanner(new EchoIndex(MemorySegment.ofArray(document.getBytes(US_ASCII))), RUN);

  private String letters(int count) {
    StringBuilder text = new StringBuilder();
    random.ints(count, 'a', 'z' + 1).forEach(c -> text.append((char) c));
    return text.toString();
  }

  private List<Span> scan(String text) {
    return scan(scanner, text);
  }

  private static List<Span> scan(EchoScanner scanner, String text) {
    List<Span> found = new ArrayList<>();
    scanner.scan(text.getBytes(US_ASCII), text.length(), found);
    return found;
  }

  @Test
  void findsTheShortestGuaranteedRunAtAnyPlaceOfATextUnlikeTheDocument() {
    String other = letters(1_500);
    for (int at = 0; at <= 1_200; at++) {
      int from = random.nextInt(document.length() - RUN);
      String text = other.substring(0, at) + document.substring(from, from + RUN) + other.substring(at);
      List<Span> found = scan(text);
      assertEquals(1, found.size(), "at " + at + " from " + from);
      assertTrue(found.getFirst().start() <= at && found.getFirst().end() >= at + RUN);
    }
  }

  @Test
  void findsRunsThatFollowEachOtherDirectly() {
    StringBuilder text = new StringBuilder(letters(300));
    for (int i = 0; i < 40; i++) {
      int from = random.nextInt(document.length() - 2 * RUN);
      text.append(document, from, from + RUN + i);
    }
    assertTrue(scan(text.append(letters(300)).toString()).size() >= 36);
  }

  @Test
  void findsRunsBackwardsAndShifted() {
    String other = letters(600);
    String slice = document.substring(70_000, 70_000 + RUN);
    StringBuilder shifted = new StringBuilder();
    slice.chars().forEach(c -> shifted.append((char) ('a' + (c - 'a' + 5) % 26)));
    assertEquals(1, scan(other + new StringBuilder(slice).reverse() + other).size());
    assertEquals(1, scan(other + shifted + other).size());
  }

  @Test
  void findsTheShortestRunWhereverTheDocumentIsDividedBetweenThreads() {
    String large = letters(2_500_000) + "&#65;%42\\u0043".repeat(20) + letters(2_500_000);
    EchoScanner divided =
        new EchoScanner(new EchoIndex(MemorySegment.ofArray(large.getBytes(US_ASCII))), RUN);
    String other = letters(200);
    int middle = large.length() / 2;
    for (int from = middle - 3 * RUN; from < middle + 3 * RUN; from++) {
      assertEquals(1, scan(divided, other + large.substring(from, from + 6 * RUN) + other).size(), "from " + from);
    }
    for (int i = 0; i < 1_000; i++) {
      int from = random.nextInt(2_500_000 - RUN) + (i % 2) * (large.length() - 2_500_000);
      assertEquals(1, scan(divided, other + large.substring(from, from + RUN) + other).size(), "from " + from);
    }
  }

  @Test
  void findsNothingInOtherText() {
    assertEquals(List.of(), scan(letters(300_000)));
  }
}
