package dev.rlm.egress.echo;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where in a document its windows stand: an open table of 32 bits an entry, in the low bits the
 * stretch of {@value Symbols#STRETCH} bytes in which the window begins, above it as many bits of its
 * hash as there is room for. Several threads may enter windows at a time; once they are done it is
 * immutable.
 */
final class WindowTable {

  /** A window that stands more often in the document than this is entered so many times only. */
  static final int SAME = 16;

  private static final int LONGEST_PROBE = 1024;

  /** Slots for a thousand bytes of a document; there are at most 69 choices on average. */
  private static final int SLOTS = 115;

  /** Slots that one thread takes at a time of those that may still be filled. */
  private static final int SHARE = 4096;

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(int[].class);

  private final int[] slots;
  private final int placeBits;

  /** How many more may be filled, so that there are always empty ones at which a search ends. */
  private final AtomicInteger free;

  WindowTable(long documentSize) {
    placeBits = 64 - Long.numberOfLeadingZeros(documentSize / Symbols.STRETCH + 1);
    slots = new int[(int) Math.max(64, documentSize * SLOTS / 1000)];
    free = new AtomicInteger(slots.length - slots.length / 8);
  }

  /** Enters windows for one thread. */
  final class Writer {
    private final int[] homes = new int[Minimizers.BLOCK + 1];
    private int mine;

    /**
     * Reads the slots that windows belong in, for {@link #enter}: all at once, so that the memory is
     * waited for once and not for each.
     */
    void fetch(long[] hashes, int count) {
      for (int i = 0; i < count; i++) {
        homes[i] = slots[slot(hashes[i])];
      }
    }

    /** Enters the window of a number among those fetched, by the stretch in which it begins. */
    void enter(int number, long hash, long stretch) {
      int tag = tag(hash);
      int wanted = tag << placeBits | (int) (stretch + 1);
      int slot = slot(hash);
      int entry = homes[number] == 0 ? slots[slot] : homes[number];
      int same = 0;
      for (int probe = 0; probe < LONGEST_PROBE && entry != wanted; probe++) {
        if (entry == 0) {
          if (!takeFree()) {
            return;
          }
          entry = (int) SLOT.compareAndExchange(slots, slot, 0, wanted);
          if (entry == 0) {
            return;
          }
          // Another thread was faster: what it entered is looked at like any other entry.
          mine++;
          continue;
        }
        if (entry >>> placeBits == tag && ++same >= SAME) {
          return;
        }
        slot = next(slot);
        entry = slots[slot];
      }
    }

    private boolean takeFree() {
      if (mine == 0 && free.get() > 0) {
        mine = Math.clamp(free.getAndAdd(-SHARE), 0, SHARE);
      }
      if (mine == 0) {
        return false;
      }
      mine--;
      return true;
    }
  }

  /**
   * Finds the stretches in which windows begin that may equal one; gives how many, at most the
   * length of the array.
   */
  int candidates(long hash, int[] stretches) {
    int found = 0;
    int tag = tag(hash);
    int slot = slot(hash);
    for (int probe = 0; probe < LONGEST_PROBE && found < stretches.length; probe++) {
      int entry = slots[slot];
      if (entry == 0) {
        break;
      }
      if (entry >>> placeBits == tag) {
        stretches[found++] = (entry & (1 << placeBits) - 1) - 1;
      }
      slot = next(slot);
    }
    return found;
  }

  /** Bytes that it takes up. */
  long size() {
    return 4L * slots.length;
  }

  private int next(int slot) {
    return slot + 1 == slots.length ? 0 : slot + 1;
  }

  private int slot(long hash) {
    return (int) (((hash >>> 32) * slots.length) >>> 32);
  }

  private int tag(long hash) {
    return (int) hash >>> placeBits;
  }
}
