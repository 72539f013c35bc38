package dev.rlm.egress.match;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds many literals at once, without regard to case. At every place four bytes are folded, hashed
 * and looked up in a bit table; the lookups do not depend on each other, which is what makes this
 * faster than an automaton on a modern core. The four bytes are the least common ones of each
 * literal, so that little passes. What passes is compared in full. Immutable, hence thread-safe.
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

  /** Tells how common a piece of text is. */
  @FunctionalInterface
  public interface Commonness {

    /** More for what is more common. */
    double of(byte[] text, int start, int end);
  }

  /**
   * A literal.
   *
   * @param offset where in it the four bytes stand by which it is found
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Entry(byte[] folded, int offset, int id) {}

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
  private static final String FOLLOWERS = "abcdefghijklmnopqrstuvwxyz0123456789_-+/=.:\"' \t>`";

  private final int[] filter = new int[1 << (BITS - 5)];
  private final int[] keys;
  private final Entry[][] entries;
  private final int mask;
  private final int furthest;

  private AnchorIndex(Map<Integer, List<Entry>> byKey) {
    int size = Integer.highestOneBit(Math.max(16, byKey.size() * 4));
    keys = new int[size];
    entries = new Entry[size][];
    mask = size - 1;
    int most = 0;
    for (Map.Entry<Integer, List<Entry>> found : byKey.entrySet()) {
      int key = found.getKey();
      int hash = key * MULTIPLIER;
      filter[hash >>> WORD] |= 1 << (hash >>> BIT);
      int slot = (hash >>> 8) & mask;
      while (entries[slot] != null) {
        slot = (slot + 1) & mask;
      }
      keys[slot] = key;
      entries[slot] = found.getValue().toArray(Entry[]::new);
      for (Entry entry : entries[slot]) {
        most = Math.max(most, entry.offset);
      }
    }
    furthest = most;
  }

  /** Collects literals. */
  public static final class Builder {
    private final Map<Integer, List<Entry>> byKey = new HashMap<>();
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
     * @return this
     */
    public Builder add(int id, String literal) {
      byte[] folded = literal.getBytes(StandardCharsets.ISO_8859_1);
      if (folded.length < 3) {
        throw new ShapeException("an anchor needs three characters: " + literal);
      }
      int offset = rarest(folded);
      for (int i = 0; i < folded.length; i++) {
        folded[i] |= 0x20;
      }
      Entry entry = new Entry(folded, offset, id);
      if (folded.length > 3) {
        byKey.computeIfAbsent((int) INT.get(folded, offset), k -> new ArrayList<>()).add(entry);
      } else {
        FOLLOWERS.chars().forEach(follower -> addFollowed(entry, follower));
      }
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

    private void addFollowed(Entry entry, int follower) {
      byte[] four = {entry.folded[0], entry.folded[1], entry.folded[2], (byte) (follower | 0x20)};
      List<Entry> list = byKey.computeIfAbsent((int) INT.get(four, 0), k -> new ArrayList<>());
      if (!list.contains(entry)) {
        list.add(entry);
      }
    }

    /**
     * Builds the index.
     *
     * @return the index
     */
    public AnchorIndex build() {
      return new AnchorIndex(byKey);
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
    int[] bits = filter;
    Ordered found = new Ordered(hit, furthest);
    int i = from;
    for (; i + 8 <= to; i += 4) {
      long eight = (long) LONG.get(bytes, i) | FOLD_EIGHT;
      int first = (int) eight * MULTIPLIER;
      int second = (int) (eight >>> 8) * MULTIPLIER;
      int third = (int) (eight >>> 16) * MULTIPLIER;
      int fourth = (int) (eight >>> 24) * MULTIPLIER;
      int passed =
          bits[first >>> WORD] >>> (first >>> BIT)
              | bits[second >>> WORD] >>> (second >>> BIT)
              | bits[third >>> WORD] >>> (third >>> BIT)
              | bits[fourth >>> WORD] >>> (fourth >>> BIT);
      if ((passed & 1) != 0) {
        lookUp(bytes, from, i, i + 4, to, found);
      }
    }
    lookUp(bytes, from, i, to - 3, to, found);
    found.release(Integer.MAX_VALUE);
  }

  /** Looks at places one by one. */
  private void lookUp(byte[] bytes, int from, int first, int last, int to, Ordered found) {
    for (int i = first; i < last; i++) {
      int key = (int) INT.get(bytes, i) | FOLD;
      int hash = key * MULTIPLIER;
      // In a run of one byte only its beginning is looked at: the rest would be the same question
      // again and again.
      if ((bits(hash) & 1) != 0 && (i == from || key != ((int) INT.get(bytes, i - 1) | FOLD))) {
        lookUp(key, hash, bytes, from, i, to, found);
      }
    }
  }

  private int bits(int hash) {
    return filter[hash >>> WORD] >>> (hash >>> BIT);
  }

  private void lookUp(
      int key, int hash, byte[] bytes, int from, int position, int to, Ordered found) {
    int slot = (hash >>> 8) & mask;
    while (keys[slot] != 0) {
      if (keys[slot] == key) {
        for (Entry entry : entries[slot]) {
          int start = position - entry.offset;
          if (start >= from && matches(entry.folded, bytes, start, to)) {
            found.add(entry, start, position);
          }
        }
        return;
      }
      slot = (slot + 1) & mask;
    }
  }

  private static boolean matches(byte[] folded, byte[] bytes, int position, int to) {
    if (position + folded.length > to) {
      return false;
    }
    for (int i = 0; i < folded.length; i++) {
      if ((bytes[position + i] | 0x20) != folded[i]) {
        return false;
      }
    }
    return true;
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
        hit.at(entry.id, starts[released], entry.folded.length);
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
