package dev.rlm.egress.match;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds many literals at once, with or without regard to case. At every place four bytes are folded,
 * hashed and looked up in a bit table; the lookups do not depend on each other, which is what makes
 * this faster than an automaton on a modern core. The four bytes are the least common ones of each
 * literal, so that little passes. What passes is compared with those and with four more, which stand
 * beside them in one table, and what passes that in full. Immutable, hence thread-safe.
 *
 * <p>Literals have at least three bytes; those of three are entered with every byte that may follow
 * in a token.
 */
public final class AnchorIndex {

  /** Receives what was found. */
  @FunctionalInterface
  public interface Hit {

    /**
     * Takes a literal.
     *
     * @param id the number under which the literal was entered
     * @param position where it starts
     * @param length how many bytes it has
     */
    void at(int id, int position, int length);
  }

  /** Tells how common pieces of text are. */
  public interface Commonness {

    /** More for what is more common. */
    double of(byte[] text, int start, int end);

    /** Those of four characters that are most common, the commonest first. */
    List<String> most();
  }

  /**
   * A literal.
   *
   * @param bytes the literal; folded, unless its case counts
   * @param offset where in it the four bytes stand by which it is found
   * @param fold what is added to each byte of a text that is compared with it
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Entry(byte[] bytes, int offset, int fold, int id) {

    /** Where those four of its bytes stand that tell most beside the first four. */
    int rest() {
      int last = Math.max(0, bytes.length - 4);
      return last - offset > offset ? last : 0;
    }

    boolean stands(byte[] text, int from, int start, int to) {
      if (start < from || start + bytes.length > to) {
        return false;
      }
      for (int i = 0; i < bytes.length; i++) {
        if ((text[start + i] | fold) != bytes[i]) {
          return false;
        }
      }
      return true;
    }
  }

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int FOLD = 0x20202020;
  private static final long FOLD_EIGHT = 0x2020202020202020L;
  private static final int BITS = 20;
  private static final int WORD = 32 - BITS + 5;
  private static final int BIT = 32 - BITS;
  private static final int MULTIPLIER = 0x9E3779B1;

  /** Multipliers that are tried, and how far they are apart. */
  private static final int TRIES = 64;

  private static final int APART = 0x5851F42E;
  private static final String FOLLOWERS = "abcdefghijklmnopqrstuvwxyz0123456789_-+/=.:\"' \t>`";

  /** Bytes of which those that may begin a literal are noted before any of them is looked up. */
  private static final int BLOCK = 4096;

  /**
   * What a row of the table holds of a literal: three bytes of its key, and above them how many bits
   * of the next do not count; four other bytes; how far they are from the key's; its number, with a
   * sign if another row may hold a literal with the same bytes.
   */
  private static final int ROW = 4;

  private static final int THREE = 0xffffff;
  private static final int UNCOUNTED = 24;

  private static final int REST = 1;
  private static final int DISTANCE = 2;
  private static final int NUMBER = 3;
  private static final int MORE = Integer.MIN_VALUE;

  private final int[] filter = new int[1 << (BITS - 5)];
  private final int multiplier;
  private final int[] table;
  private final int mask;
  private final int shift;
  private final List<Entry> entries;
  private final int furthest;

  private AnchorIndex(List<Entry> entries, List<String> common) {
    this.entries = List.copyOf(entries);
    List<Integer> keys = entries.stream().flatMap(AnchorIndex::keys).toList();
    multiplier = bestMultiplier(keys, common);
    keys.forEach(this::pass);
    table = new int[ROW * Integer.highestOneBit(Math.max(16, entries.size() * 4))];
    mask = table.length - 1;
    shift = 32 - Integer.numberOfTrailingZeros(table.length / ROW);
    for (int number = 0; number < entries.size(); number++) {
      enter(number, entries.get(number));
    }
    furthest = entries.stream().mapToInt(Entry::offset).max().orElse(0);
  }

  private void enter(int number, Entry entry) {
    byte[] bytes = Arrays.copyOf(entry.bytes, Math.max(Integer.BYTES, entry.bytes.length));
    int key = (int) INT.get(bytes, entry.offset) | FOLD;
    int row = row(key);
    while (table[row] != 0) {
      table[row + NUMBER] |= MORE;
      row = (row + ROW) & mask;
    }
    boolean followed = entry.bytes.length < Integer.BYTES;
    table[row] = (key & THREE) | ((followed ? Byte.SIZE : 0) << UNCOUNTED);
    table[row + REST] = (int) INT.get(bytes, entry.rest()) | FOLD;
    table[row + DISTANCE] = entry.rest() - entry.offset;
    table[row + NUMBER] = number;
  }

  /** The four bytes, folded, by which an entry is found: several where it has but three. */
  private static Stream<Integer> keys(Entry entry) {
    byte[] bytes = Arrays.copyOf(entry.bytes, Math.max(Integer.BYTES, entry.bytes.length));
    int key = (int) INT.get(bytes, entry.offset) | FOLD;
    return entry.bytes.length < Integer.BYTES
        ? FOLLOWERS.chars().mapToObj(follower -> (key & THREE) | ((follower | FOLD) << UNCOUNTED))
        : Stream.of(key);
  }

  /**
   * The multiplier with which the least of what is common passes by chance: less than one bit
   * in a hundred is set, but one that a common word shares costs more than many others.
   */
  private static int bestMultiplier(List<Integer> keys, List<String> common) {
    int[] quads =
        common.stream()
            .mapToInt(quad -> (int) INT.get(quad.getBytes(StandardCharsets.ISO_8859_1), 0) | FOLD)
            .toArray();
    int best = MULTIPLIER;
    double least = Double.MAX_VALUE;
    for (int i = 0; i < TRIES; i++) {
      int multiplier = MULTIPLIER + i * APART;
      BitSet set = new BitSet(1 << BITS);
      keys.forEach(key -> set.set((key * multiplier) >>> BIT));
      double passing = 0;
      for (int rank = 0; rank < quads.length; rank++) {
        passing += set.get((quads[rank] * multiplier) >>> BIT) ? 1.0 / (rank + 1) : 0;
      }
      if (passing < least) {
        least = passing;
        best = multiplier;
      }
    }
    return best;
  }

  private void pass(int key) {
    int hash = key * multiplier;
    filter[hash >>> WORD] |= 1 << (hash >>> BIT);
  }

  private int row(int key) {
    return (((key & THREE) * MULTIPLIER) >>> shift) * ROW;
  }

  /** Collects literals. */
  public static final class Builder {
    private final List<Entry> entries = new ArrayList<>();
    private final Commonness commonness;

    /** Takes what tells by which bytes a literal is best found. */
    public Builder(Commonness commonness) {
      this.commonness = commonness;
    }

    /**
     * Enters a literal.
     *
     * @param id its number
     * @param literal at least three ASCII characters
     * @param exact whether its case counts
     * @return this
     */
    public Builder add(int id, String literal, boolean exact) {
      byte[] bytes = literal.getBytes(StandardCharsets.ISO_8859_1);
      if (bytes.length < 3) {
        throw new ShapeException("an anchor needs three characters: " + literal);
      }
      int offset = rarest(bytes);
      int fold = exact ? 0 : FOLD & 0xff;
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] |= (byte) fold;
      }
      entries.add(new Entry(bytes, offset, fold, id));
      return this;
    }

    private int rarest(byte[] literal) {
      int best = 0;
      for (int i = 1; i + 4 <= literal.length; i++) {
        if (commonness.of(literal, i, i + 4) < commonness.of(literal, best, best + 4)) {
          best = i;
        }
      }
      return best;
    }

    /**
     * Builds the index.
     *
     * @return the index
     */
    public AnchorIndex build() {
      return new AnchorIndex(entries, commonness.most());
    }
  }

  /**
   * Reports every occurrence of every literal, in the order of their starts.
   *
   * @param bytes the text
   * @param from first place at which a literal may start
   * @param to end of the text
   * @param hit called for every occurrence
   */
  public void scan(byte[] bytes, int from, int to, Hit hit) {
    Ordered found = new Ordered(hit, furthest);
    int[] likely = new int[BLOCK / 4];
    int last = from + Math.max(0, (to - from) / 4 - 1) * 4;
    for (int block = from; block < last; block += BLOCK) {
      int count = likely(bytes, block, Math.min(last, block + BLOCK), likely);
      for (int i = 0; i < count; i++) {
        lookUpFour(bytes, from, likely[i], to, found);
      }
    }
    for (int i = last; i + 4 <= to; i++) {
      lookUp((int) INT.get(bytes, i) | FOLD, bytes, from, i, to, found);
    }
    found.release(Integer.MAX_VALUE);
  }

  /**
   * Notes from which places on a literal's four bytes may stand at one of four; gives how many there
   * are. Without a branch, for it could not be foretold.
   */
  private int likely(byte[] bytes, int from, int to, int[] likely) {
    int[] bits = filter;
    int factor = multiplier;
    int n = 0;
    for (int i = from; i < to; i += 4) {
      long eight = (long) LONG.get(bytes, i) | FOLD_EIGHT;
      int first = (int) eight * factor;
      int second = (int) (eight >>> 8) * factor;
      int third = (int) (eight >>> 16) * factor;
      int fourth = (int) (eight >>> 24) * factor;
      int passed =
          bits[first >>> WORD] >>> (first >>> BIT)
              | bits[second >>> WORD] >>> (second >>> BIT)
              | bits[third >>> WORD] >>> (third >>> BIT)
              | bits[fourth >>> WORD] >>> (fourth >>> BIT);
      likely[n] = i;
      n += passed & 1;
    }
    return n;
  }

  private void lookUpFour(byte[] bytes, int from, int position, int to, Ordered found) {
    long eight = (long) LONG.get(bytes, position) | FOLD_EIGHT;
    int passed = 0;
    for (int i = 0; i < 4; i++) {
      int hash = (int) (eight >>> (8 * i)) * multiplier;
      passed |= (filter[hash >>> WORD] >>> (hash >>> BIT) & 1) << i;
    }
    // Mostly it is one of them: which one could not be foretold, that it is one can.
    for (; passed != 0; passed &= passed - 1) {
      int which = Integer.numberOfTrailingZeros(passed);
      lookUp((int) (eight >>> (8 * which)), bytes, from, position + which, to, found);
    }
  }

  private void lookUp(int key, byte[] bytes, int from, int position, int to, Ordered found) {
    // In a run of one byte only its beginning is looked at: the rest would be the same question
    // again and again.
    if (position > from && key == ((int) INT.get(bytes, position - 1) | FOLD)) {
      return;
    }
    int row = row(key);
    while (true) {
      int rest = position + table[row + DISTANCE];
      if (((table[row] ^ key) & THREE) == 0
          && rest >= from
          && rest + 4 <= to
          && isRest(row, (int) INT.get(bytes, rest) | FOLD)) {
        Entry entry = entries.get(table[row + NUMBER] & ~MORE);
        if (entry.stands(bytes, from, position - entry.offset, to)) {
          found.add(entry, position - entry.offset, position);
        }
      }
      if (table[row + NUMBER] >= 0) {
        return;
      }
      row = (row + ROW) & mask;
    }
  }

  private boolean isRest(int row, int four) {
    return ((table[row + REST] ^ four) << (table[row] >>> UNCOUNTED)) == 0;
  }

  /** Puts what was found by bytes in its middle in the order of the starts. */
  private static final class Ordered {
    private final Hit hit;
    private final int furthest;
    private Entry[] entries = new Entry[16];
    private int[] starts = new int[16];
    private int count;

    Ordered(Hit hit, int furthest) {
      this.hit = hit;
      this.furthest = furthest;
    }

    void add(Entry entry, int start, int position) {
      release(position - furthest);
      if (count == entries.length) {
        entries = Arrays.copyOf(entries, count * 2);
        starts = Arrays.copyOf(starts, count * 2);
      }
      int at = count++;
      while (at > 0
          && (starts[at - 1] > start || (starts[at - 1] == start && entries[at - 1].id > entry.id))) {
        entries[at] = entries[at - 1];
        starts[at] = starts[at - 1];
        at--;
      }
      entries[at] = entry;
      starts[at] = start;
    }

    /** Hands on what starts before a place, before which nothing more can be found. */
    void release(int before) {
      int released = 0;
      while (released < count && starts[released] < before) {
        Entry entry = entries[released];
        hit.at(entry.id, starts[released], entry.bytes.length);
        released++;
      }
      if (released > 0) {
        count -= released;
        System.arraycopy(entries, released, entries, 0, count);
        System.arraycopy(starts, released, starts, 0, count);
      }
    }
  }
}
