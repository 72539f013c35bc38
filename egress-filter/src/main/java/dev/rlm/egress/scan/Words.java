package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Words that are looked up where they stand in a text, without regard to the case of ASCII letters
 * and without a copy of them. Immutable, hence thread-safe.
 */
final class Words {

  private static final byte[] NONE = {};

  private final byte[][] table;
  private final int longest;

  private Words(byte[][] words) {
    table = new byte[Integer.highestOneBit(words.length * 4)][];
    Arrays.fill(table, NONE);
    longest = Stream.of(words).mapToInt(word -> word.length).max().orElse(0);
    for (byte[] word : words) {
      int row = row(word, 0, word.length);
      while (table[row].length > 0) {
        row = next(row);
      }
      table[row] = word;
    }
  }

  /** Takes words in small letters. */
  static Words of(String... words) {
    return new Words(
        Stream.of(words).map(word -> word.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new));
  }

  /** Whether one of them is what stands between two places. */
  boolean contains(byte[] text, int start, int end) {
    if (end <= start || end - start > longest) {
      return false;
    }
    for (int row = row(text, start, end); table[row].length > 0; row = next(row)) {
      if (table[row].length == end - start && Bytes.startsWithWord(text, start, end, table[row])) {
        return true;
      }
    }
    return false;
  }

  private int row(byte[] text, int start, int end) {
    int hash = end - start;
    for (int i = start; i < end; i++) {
      hash = hash * 31 + Bytes.lower(text[i]);
    }
    return (hash ^ hash >>> 16) & (table.length - 1);
  }

  private int next(int row) {
    return (row + 1) & (table.length - 1);
  }
}
