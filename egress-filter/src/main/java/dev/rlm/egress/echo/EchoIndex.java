package dev.rlm.egress.echo;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/**
 * Windows of a context document, to be found again at any offset of another text. Immutable after
 * construction, hence thread-safe.
 *
 * <p>The windows are chosen by their content ({@link Minimizers}), in the document and in texts
 * alike, so a run is found from {@value #GUARANTEED} symbols on. Entries are 32 bits in an open
 * table: in the low bits the stretch of {@value Symbols#STRETCH} bytes in which the window begins,
 * above it as many bits of its hash as there is room for. A filter keeps queries out of the table,
 * and {@link Scraps} show where no window need be chosen at all. All three together are at most 0.75
 * byte per byte of context, whatever it holds; every hit is compared with the document itself.
 */
public final class EchoIndex {

  /** Symbols from which on a run is found in any case. */
  public static final int GUARANTEED = Minimizers.NEEDED;

  /** A window that stands more often in the document than this is entered so many times only. */
  static final int SAME = 16;

  private static final int LONGEST_PROBE = 1024;
  private static final int PIECE = 1 << 16;

  /** Slots in the table for a thousand bytes of context; there are at most 69 choices on average. */
  private static final int SLOTS = 115;

  /** Bits in the filter for a byte of context. */
  private static final int FILTER_BITS = 1;

  final ContextText text;
  final Steps steps;
  final Scraps scraps;
  private final int[] slots;
  private final long[] filter;
  private final int placeBits;
  private int free;

  /**
   * Indexes a document, which must not change any more and, off heap, must stay open as long as the
   * index is used.
   */
  public EchoIndex(MemorySegment context) {
    text = new ContextText(context);
    steps = new Steps(new SplittableRandom());
    long size = context.byteSize();
    if (size >= 1L << 32) {
      throw new IllegalArgumentException("a context is indexed up to 4 GiB");
    }
    placeBits = 64 - Long.numberOfLeadingZeros(size / Symbols.STRETCH + 1);
    slots = new int[(int) Math.max(64, size * SLOTS / 1000)];
    filter = new long[(int) Math.max(8, size * FILTER_BITS / 64)];
    scraps = new Scraps(steps, size);
    free = slots.length - slots.length / 8;
    build();
  }

  private void build() {
    byte[] piece = new byte[PIECE];
    byte[] symbols = new byte[PIECE + 16];
    int[] before = new int[PIECE / Symbols.STRETCH];
    Minimizers minimizers = new Minimizers(steps);
    int[] homes = new int[minimizers.places.length];
    long read = 0;
    while (true) {
      int length = text.copy(read, piece, PIECE);
      boolean ends = read + length == text.length();
      int end = ends ? length : Symbols.safeEnd(piece, length);
      int count = Symbols.read(piece, end, symbols, before);
      int last = (end - 1) / Symbols.STRETCH;
      int stretch = 0;
      minimizers.begin();
      for (int from = 0; from + Minimizers.NEEDED <= count; from += Minimizers.BLOCK) {
        int chosen = minimizers.choose(symbols, from, count);
        scraps.add(minimizers.eights, minimizers.joined);
        fetch(minimizers.hashes, chosen, homes);
        for (int i = 0; i < chosen; i++) {
          stretch = stretch(before, last, stretch, minimizers.places[i]);
          enter(minimizers.hashes[i], read / Symbols.STRETCH + stretch, homes[i]);
        }
      }
      if (ends) {
        return;
      }
      // The next piece begins where the first window was not chosen from, and a little before, lest
      // an escape be cut.
      int next = stretch(before, last, 0, count - Minimizers.NEEDED + 1) - 1;
      read += (long) Symbols.STRETCH * Math.max(PIECE / 2 / Symbols.STRETCH, next);
    }
  }

  /** The stretch in which a symbol begins, sought from another on. */
  private static int stretch(int[] before, int last, int from, int symbol) {
    int stretch = from;
    while (stretch < last && before[stretch + 1] <= symbol) {
      stretch++;
    }
    return stretch;
  }

  /**
   * Enters windows in the filter, and reads the slots that they belong in: all at once, so that the
   * memory is waited for once and not for each.
   */
  private void fetch(long[] hashes, int count, int[] homes) {
    for (int i = 0; i < count; i++) {
      filter[word(hashes[i])] |= mask(hashes[i]);
      homes[i] = slots[slot(hashes[i])];
    }
  }

  /** Enters a window; what was in the slot that it belongs in is still there. */
  private void enter(long hash, long place, int home) {
    int tag = tag(hash);
    int wanted = tag << placeBits | (int) (place + 1);
    int slot = slot(hash);
    int entry = home == 0 ? slots[slot] : home;
    int same = 0;
    for (int probe = 0; probe < LONGEST_PROBE && entry != wanted; probe++) {
      if (entry == 0) {
        if (free > 0) {
          slots[slot] = wanted;
          free--;
        }
        return;
      }
      if (entry >>> placeBits == tag && ++same >= SAME) {
        return;
      }
      slot = slot + 1 == slots.length ? 0 : slot + 1;
      entry = slots[slot];
    }
  }

  /**
   * Picks out of hashes those whose windows may be in the document: the cheap question that is asked
   * of every text. Without a branch, so that the memory is waited for once and not for each.
   *
   * @param picked receives the indices
   * @return how many there are
   */
  int pick(long[] hashes, int count, int[] picked) {
    int n = 0;
    for (int i = 0; i < count; i++) {
      long missing = ~filter[word(hashes[i])] & mask(hashes[i]);
      picked[n] = i;
      n += 1 - (int) ((missing | -missing) >>> 63);
    }
    return n;
  }

  /**
   * Finds the stretches in which windows begin that may equal one; gives how many, at most the
   * length of the array.
   */
  int candidates(long hash, int[] places) {
    int found = 0;
    int tag = tag(hash);
    int slot = slot(hash);
    for (int probe = 0; probe < LONGEST_PROBE && found < places.length; probe++) {
      int entry = slots[slot];
      if (entry == 0) {
        break;
      }
      if (entry >>> placeBits == tag) {
        places[found++] = (entry & (1 << placeBits) - 1) - 1;
      }
      slot = slot + 1 == slots.length ? 0 : slot + 1;
    }
    return found;
  }

  /** Bytes that the index takes up, without the document. */
  public long size() {
    return 4L * slots.length + 8L * filter.length + scraps.size();
  }

  private int slot(long hash) {
    return (int) (((hash >>> 32) * slots.length) >>> 32);
  }

  private int tag(long hash) {
    return (int) hash >>> placeBits;
  }

  private int word(long hash) {
    return (int) ((((hash * 0x9E3779B97F4A7C15L) >>> 32) * filter.length) >>> 32);
  }

  private static long mask(long hash) {
    return 1L << (hash >>> 11) | 1L << (hash >>> 17) | 1L << (hash >>> 23);
  }
}
