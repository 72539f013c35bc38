package dev.rlm.egress.match;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every occurrence of every literal is found, wherever it begins and whatever stands around it. */
class AnchorIndexTest {

  /** What may follow a literal of three characters, without regard to case. */
  private static final String FOLLOWERS = "abcdefghijklmnopqrstuvwxyz0123456789_-+/=.:\"' \t>`";

  private record Occurrence(int id, int position, int length) {}

  private record Literal(String text, boolean exact) {}

  /** Says of all pieces that they are as common as their bytes. */
  private static final class ByValue implements AnchorIndex.Commonness {
    @Override
    public double of(byte[] text, int start, int end) {
      double sum = 0;
      for (int i = start; i < end; i++) {
        sum += text[i];
      }
      return sum;
    }

    @Override
    public List<String> most() {
      return List.of("abab", "key ");
    }
  }

  private static AnchorIndex index(List<Literal> literals) {
    AnchorIndex.Builder builder = new AnchorIndex.Builder(new ByValue());
    for (int id = 0; id < literals.size(); id++) {
      builder.add(id, literals.get(id).text(), literals.get(id).exact());
    }
    return builder.build();
  }

  private static List<Occurrence> found(List<Literal> literals, byte[] text, int to) {
    List<Occurrence> found = new ArrayList<>();
    index(literals).scan(text, 0, to, (id, position, length) -> found.add(new Occurrence(id, position, length)));
    return found;
  }

  private static List<Occurrence> searched(List<Literal> literals, byte[] text, int to) {
    String all = new String(text, 0, to, ISO_8859_1);
    List<Occurrence> searched = new ArrayList<>();
    for (int id = 0; id < literals.size(); id++) {
      String literal = literals.get(id).text();
      for (int at = 0; at + literal.length() <= to; at++) {
        boolean same = all.regionMatches(!literals.get(id).exact(), at, literal, 0, literal.length());
        if (same && (literal.length() > 3 || mayFollow(all, at + 3))) {
          searched.add(new Occurrence(id, at, literal.length()));
        }
      }
    }
    searched.sort(Comparator.comparingInt(Occurrence::position).thenComparingInt(Occurrence::id));
    return searched;
  }

  private static boolean mayFollow(String text, int at) {
    return at < text.length()
        && FOLLOWERS.indexOf(text.substring(at, at + 1).toLowerCase(Locale.ROOT)) >= 0;
  }

  /** Of a few letters, so that literals stand in texts by chance, no two of them the same in a row. */
  private static String random(Random random, int length) {
    StringBuilder out = new StringBuilder();
    while (out.length() < length) {
      char next = "abc-".charAt(random.nextInt(4));
      if (out.isEmpty() || out.charAt(out.length() - 1) != next) {
        out.append(next);
      }
    }
    return out.toString();
  }

  private static byte[] text(Random random, List<Literal> literals, int length) {
    StringBuilder out = new StringBuilder();
    while (out.length() < length) {
      String literal = literals.get(random.nextInt(literals.size())).text();
      switch (random.nextInt(6)) {
        case 0 -> out.append(literal);
        case 1 -> out.append(literal.toUpperCase(Locale.ROOT));
        case 2 -> out.append("a".repeat(random.nextInt(20)));
        case 3 -> out.append(other(random));
        default -> out.append(random(random, 1 + random.nextInt(5)));
      }
    }
    return out.toString().getBytes(ISO_8859_1);
  }

  /** Any other character, but those that differ from a follower in the bit of the case. */
  private static char other(Random random) {
    char other = (char) random.nextInt(' ' + 1, 256);
    return ")@\u007f".indexOf(other) < 0 ? other : '!';
  }

  @Test
  void findsWhatASearchForEachFinds() {
    Random random = new Random(4);
    for (int round = 0; round < 2_000; round++) {
      List<Literal> literals = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        literals.add(new Literal(random(random, 3 + random.nextInt(12)), random.nextBoolean()));
      }
      byte[] text = text(random, literals, random.nextInt(200));
      int to = text.length - random.nextInt(Math.min(4, text.length + 1));
      assertEquals(
          searched(literals, text, to),
          found(literals, text, to),
          () -> literals + " in " + new String(text, ISO_8859_1));
    }
  }

  @Test
  void findsALiteralAtEveryPlaceOfALongText() {
    List<Literal> literals =
        List.of(
            new Literal("key", false),
            new Literal("pass", false),
            new Literal("SG.x", true),
            new Literal("token", false),
            new Literal("-----BEGIN", false),
            new Literal("add-generic-password", false));
    for (Literal literal : literals) {
      for (int at : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 4094, 4095, 4096, 4097, 8189, 8190, 8191}) {
        String text = "\u00e9".repeat(at) + literal.text() + "=" + " ".repeat(at % 11);
        byte[] bytes = text.getBytes(ISO_8859_1);
        assertEquals(
            List.of(new Occurrence(0, at, literal.text().length())),
            found(List.of(literal), bytes, bytes.length),
            () -> literal + " at " + at);
      }
    }
  }

  @Test
  void findsALiteralThatTheTextEndsWith() {
    for (String literal : List.of("pass", "token", "secret")) {
      for (int before = 0; before < 20; before++) {
        byte[] bytes = (".".repeat(before) + literal + "word").getBytes(ISO_8859_1);
        int to = before + literal.length();
        assertEquals(1, found(List.of(new Literal(literal, false)), bytes, to).size(), literal + " behind " + before);
        assertEquals(0, found(List.of(new Literal(literal, false)), bytes, to - 1).size(), literal + " behind " + before);
      }
    }
  }

  @Test
  void inARunOfOneByteOnlyTheBeginningIsLookedAt() {
    List<Literal> literals = List.of(new Literal("aaaa", false), new Literal("aaab", false));
    byte[] text = ("a".repeat(50_000) + "b").getBytes(ISO_8859_1);
    assertEquals(
        List.of(new Occurrence(0, 0, 4), new Occurrence(1, 49_997, 4)), found(literals, text, text.length));
  }

  @Test
  void refusesWhatIsTooShortOrTooLong() {
    AnchorIndex.Builder builder = new AnchorIndex.Builder(new ByValue());
    assertThrows(ShapeException.class, () -> builder.add(0, "ab", false));
    assertThrows(ShapeException.class, () -> builder.add(0, "a".repeat(256), false));
  }
}
