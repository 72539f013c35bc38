package dev.rlm.egress.match;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds many literals at once, without regard to case. At every byte four bytes are folded, hashed
 * and looked up in a bit table that fits the first-level cache; the lookups do not depend on each
 * other, which is what makes this faster than an automaton on a modern core. What passes is
 * compared in full. Immutable, hence thread-safe.
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

  private static final class Entry {
    private final byte[] folded;
    private final int id;

    Entry(byte[] folded, int id) {
      this.folded = folded;
      this.id = id;
    }
  }

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int FOLD = 0x20202020;
  private static final int BITS = 18;
  private static final int MULTIPLIER = 0x9E3779B1;
  private static final String FOLLOWERS = "abcdefghijklmnopqrstuvwxyz0123456789_-+/=.:\"' \t>`";

  private final long[] filter = new long[1 << (BITS - 6)];
  private final int[] keys;
  private final Entry[][] entries;
  private final int mask;

  private AnchorIndex(Map<Integer, List<Entry>> byKey) {
    int size = Integer.highestOneBit(Math.max(16, byKey.size() * 4));
    keys = new int[size];
    entries = new Entry[size][];
    mask = size - 1;
    byKey.forEach(
        (key, list) -> {
          int hash = key * MULTIPLIER;
          filter[hash >>> (32 - BITS + 6)] |= 1L << (hash >>> (32 - BITS));
          int slot = (hash >>> 8) & mask;
          while (entries[slot] != null) {
            slot = (slot + 1) & mask;
          }
          keys[slot] = key;
          entries[slot] = list.toArray(Entry[]::new);
        });
  }

  /** Collects literals. */
  public static final class Builder {
    private final Map<Integer, List<Entry>> byKey = new HashMap<>();

    /**
     * Enters a literal.
     *
     * @param id its number
     * @param literal at least three ASCII characters
     * @return this
     */
    public Builder add(int id, String literal) {
      byte[] folded = literal.getBytes(StandardCharsets.US_ASCII);
      if (folded.length < 3) {
        throw new ShapeException("an anchor needs three characters: " + literal);
      }
      for (int i = 0; i < folded.length; i++) {
        folded[i] |= 0x20;
      }
      Entry entry = new Entry(folded, id);
      if (folded.length > 3) {
        byKey.computeIfAbsent((int) INT.get(folded, 0), k -> new ArrayList<>()).add(entry);
      } else {
        FOLLOWERS.chars().forEach(follower -> addFollowed(entry, follower));
      }
      return this;
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
    long[] bits = filter;
    int last = to - 4;
    int before = 0;
    for (int i = from; i <= last; i++) {
      int key = (int) INT.get(bytes, i) | FOLD;
      int hash = key * MULTIPLIER;
      // In a run of one byte only its beginning is looked at: the rest would be the same question
      // again and again.
      if (key == before) {
        continue;
      }
      before = key;
      if ((bits[hash >>> (32 - BITS + 6)] & (1L << (hash >>> (32 - BITS)))) != 0) {
        lookUp(key, hash, bytes, i, to, hit);
      }
    }
  }

  private void lookUp(int key, int hash, byte[] bytes, int position, int to, Hit hit) {
    int slot = (hash >>> 8) & mask;
    while (true) {
      Entry[] found = entries[slot];
      if (found == null) {
        return;
      }
      if (keys[slot] == key) {
        for (Entry entry : found) {
          if (matches(entry.folded, bytes, position, to)) {
            hit.at(entry.id, position, entry.folded.length);
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
}
