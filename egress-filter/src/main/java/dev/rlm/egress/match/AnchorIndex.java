package dev.rlm.egress.match;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds many literals at once, with or without regard to case. At every place four bytes are folded,
 * hashed and looked up in a bit table; the lookups do not depend on each other, which is what makes
 * this faster than an automaton on a modern core. The four bytes are the least common ones of each
 * literal, so that little passes. What passes is compared with the first eight bytes, which stand in
 * one table, and longer literals then in full. Immutable, hence thread-safe.
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

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int FOLD = 0x20202020;
  private static final int FOLD_ONE = 0x20;
  private static final long FOLD_EIGHT = 0x2020202020202020L;
  private static final int BITS = 20;
  private static final int WORD = 32 - BITS + 5;
  private static final int BIT = 32 - BITS;
  private static final int MULTIPLIER = 0x9E3779B1;

  /** Multipliers that are tried, and how far they are apart. */
  private static final int TRIES = 64;

  private static final int APART = 0x5851F42E;

  /** What may follow a literal of three bytes. */
  private static final String FOLLOWERS = "abcdefghijklmnopqrstuvwxyz0123456789_-+/=.:\"' \t>`";

  private static final boolean[] FOLLOWS = new boolean[256];

  static {
    FOLLOWERS.chars().forEach(follower -> FOLLOWS[follower | FOLD_ONE] = true);
  }

  /** Bytes of which those that may begin a literal are noted before any of them is looked up. */
  private static final int BLOCK = 4096;

  /**
   * What a row of the table holds of a literal: its first eight bytes; and of the second number three
   * bytes of its key, how far on in it they stand, how many bits of the first number do not count, its
   * length, and as a sign whether its case counts.
   */
  private static final int ROW = 2;

  private static final int THREE = 0xffffff;
  private static final int FOURTH = 24;
  private static final int OFFSET = 24;
  private static final int UNCOUNTED = 32;
  private static final int LENGTH = 40;
  private static final int LONGEST = 0xff;

  /** The rows whose keys have the same hash of so many bits stand together. */
  private static final int BUCKET_BITS = 12;

  private final int[] filter = new int[1 << (BITS - 5)];
  private final int multiplier;
  private final long[] table;

  /** Where in the table each bucket begins, and at last where the last one ends. */
  private final int[] buckets = new int[(1 << BUCKET_BITS) + 1];

  private final Anchor[] entries;
  private final int furthest;

  private AnchorIndex(List<Anchor> entries, List<String> common) {
    List<Integer> keys = entries.stream().flatMap(AnchorIndex::keys).toList();
    multiplier = bestMultiplier(keys, common);
    keys.forEach(this::pass);
    this.entries =
        entries.stream().sorted(Comparator.comparingInt(entry -> bucket(key(entry)))).toArray(Anchor[]::new);
    table = new long[ROW * this.entries.length];
    for (int row = 0; row < table.length; row += ROW) {
      Anchor entry = this.entries[row / ROW];
      buckets[bucket(key(entry)) + 1] = row + ROW;
      table[row] = (long) LONG.get(Arrays.copyOf(entry.bytes(), Math.max(Long.BYTES, entry.bytes().length)), 0);
      table[row + 1] = shape(entry);
    }
    Arrays.parallelPrefix(buckets, Math::max);
    furthest = entries.stream().mapToInt(Anchor::offset).max().orElse(0);
  }

  private static long shape(Anchor entry) {
    int counted = Math.min(Long.BYTES, entry.bytes().length);
    return (key(entry) & THREE)
        | ((long) entry.offset() << OFFSET)
        | ((long) (Long.SIZE - Byte.SIZE * counted) << UNCOUNTED)
        | ((long) entry.bytes().length << LENGTH)
        | (entry.fold() == 0 ? Long.MIN_VALUE : 0);
  }

  /** The four bytes, folded, by which an entry is looked up; of one that has three the last is nothing. */
  private static int key(Anchor entry) {
    byte[] bytes = Arrays.copyOf(entry.bytes(), Math.max(Integer.BYTES, entry.bytes().length));
    return (int) INT.get(bytes, entry.offset()) | FOLD;
  }

  /** The four bytes, folded, by which an entry is found: several where it has but three. */
  private static Stream<Integer> keys(Anchor entry) {
    int key = key(entry);
    return entry.bytes().length < Integer.BYTES
        ? FOLLOWERS.chars().mapToObj(follower -> (key & THREE) | ((follower | FOLD) << FOURTH))
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

  private static int bucket(int key) {
    return ((key & THREE) * MULTIPLIER) >>> (Integer.SIZE - BUCKET_BITS);
  }

  /** Collects literals. */
  public static final class Builder {
    private final List<Anchor> entries = new ArrayList<>();
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
      if (bytes.length < 3 || bytes.length > LONGEST) {
        throw new ShapeException("an anchor has 3 to " + LONGEST + " characters: " + literal);
      }
      int offset = rarest(bytes);
      int fold = exact ? 0 : FOLD_ONE;
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] |= (byte) fold;
      }
      entries.add(new Anchor(bytes, offset, fold, id));
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
    OrderedHits found = new OrderedHits(hit, furthest);
    int last = from + Math.max(0, (to - from) / 4 - 1) * 4;
    int[] likely = new int[Math.min(last - from, BLOCK) / 4];
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

  private void lookUpFour(byte[] bytes, int from, int position, int to, OrderedHits found) {
    // In a run of one byte only its beginning is looked at: the rest would be the same question
    // again and again.
    if (position > from && isRun((long) LONG.get(bytes, position - 1) | FOLD_EIGHT)) {
      return;
    }
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

  private static boolean isRun(long eight) {
    return (eight ^ (eight >>> Byte.SIZE)) << Byte.SIZE == 0;
  }

  private void lookUp(int key, byte[] bytes, int from, int position, int to, OrderedHits found) {
    if (position > from && key == ((int) INT.get(bytes, position - 1) | FOLD)) {
      return;
    }
    int bucket = bucket(key);
    for (int row = buckets[bucket]; row < buckets[bucket + 1]; row += ROW) {
      long shape = table[row + 1];
      if (((shape ^ key) & THREE) == 0) {
        int start = position - ((int) (shape >>> OFFSET) & LONGEST);
        if (start >= from && stands(row, shape, bytes, start, to)) {
          found.add(entries[row / ROW], start, position);
        }
      }
    }
  }

  private boolean stands(int row, long shape, byte[] bytes, int start, int to) {
    int length = (int) (shape >>> LENGTH) & LONGEST;
    int end = start + length;
    if (end > to || (length < Integer.BYTES && (end == to || !FOLLOWS[(bytes[end] & 0xff) | FOLD_ONE]))) {
      return false;
    }
    if (start + Long.BYTES > bytes.length) {
      return entries[row / ROW].stands(bytes, start, 0);
    }
    long fold = shape < 0 ? 0 : FOLD_EIGHT;
    long difference = ((long) LONG.get(bytes, start) | fold) ^ table[row];
    // Of the distance six bits count, so that what stands above them does no harm.
    return difference << (shape >>> UNCOUNTED) == 0
        && (length <= Long.BYTES || entries[row / ROW].stands(bytes, start, Long.BYTES));
  }
}
