package dev.rlm.egress.echo;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/**
 * Windows of a context document, to be found again at any offset of another text. Immutable after
 * construction, hence thread-safe.
 *
 * <p>Of every {@value #PERIOD} window positions the first {@value #STRIDE} are entered, and a query
 * asks at every {@value #STRIDE}th position: whatever the offset, one of the neighbours meets the
 * query's grid. A run is therefore found from {@value #GUARANTEED} symbols on. Entries are 32 bits
 * in an open table at a load of at most 0.86: a running number of the window in the low bits and as
 * many bits of its hash as remain above. A filter of twelve bits an entry keeps queries out of the
 * table. Both together are at most 0.8 byte per byte of context; every hit is compared with the
 * document itself.
 */
public final class EchoIndex {

  static final int STRIDE = 4;
  static final int PERIOD = 33;

  /** Symbols from which on a run is found in any case. */
  public static final int GUARANTEED = PERIOD - 1 + STRIDE - 1 + Steps.WINDOW + 1;

  private static final int CHECKPOINT = 4;
  private static final int LONGEST_PROBE = 1024;
  static final int SAME = 16;
  private static final int PIECE = 1 << 16;

  final ContextText text;
  final Steps steps;
  private final int[] slots;
  private final long[] filter;
  private final int numberBits;
  private final int[] checkpoints;

  /**
   * Indexes a document, which must not change any more and, off heap, must stay open as long as the
   * index is used.
   */
  public EchoIndex(MemorySegment context) {
    text = new ContextText(context);
    steps = new Steps(new SplittableRandom());
    long windows = context.byteSize() / PERIOD * STRIDE + STRIDE;
    if (context.byteSize() >= 1L << 32) {
      throw new IllegalArgumentException("a context is indexed up to 4 GiB");
    }
    numberBits = 64 - Long.numberOfLeadingZeros(windows);
    slots = new int[(int) Math.max(64, windows * 7 / 6)];
    filter = new long[(int) Math.max(8, windows * 12 / 64)];
    checkpoints = new int[(int) (context.byteSize() / PERIOD / CHECKPOINT) + 2];
    build();
  }

  private void build() {
    byte[] piece = new byte[PIECE];
    Symbols symbols = new Symbols(PIECE + Steps.WINDOW + PERIOD);
    byte[] codes = new byte[PIECE + 2 * Steps.WINDOW + PERIOD + 16];
    long[] hashes = new long[STRIDE];
    long read = 0;
    long first = 0;
    int at = 0;
    while (read < text.length()) {
      int length = (int) Math.min(PIECE, text.length() - read);
      text.copy(read, piece, length);
      if (read + length < text.length()) {
        length = Symbols.safeEnd(piece, length);
      }
      symbols.append(piece, 0, length);
      Steps.write(symbols.symbols, symbols.count, codes);
      while (at + Steps.WINDOW + STRIDE <= symbols.count) {
        long period = (first + at) / PERIOD;
        if (period % CHECKPOINT == 0) {
          checkpoints[(int) (period / CHECKPOINT)] = (int) (read + symbols.places[at]);
        }
        for (int i = 0; i < STRIDE; i++) {
          hashes[i] = Steps.isMonotonous(codes, at + i) ? 0 : steps.hash(codes, at + i);
        }
        for (int i = 0; i < STRIDE; i++) {
          if (hashes[i] != 0) {
            enter(hashes[i], (int) (period * STRIDE) + i);
          }
        }
        at += PERIOD;
      }
      read += length;
      int keep = Math.min(symbols.count, Math.max(0, at));
      int rest = symbols.count - keep;
      for (int i = 0; i < rest; i++) {
        symbols.symbols[i] = symbols.symbols[keep + i];
        symbols.places[i] = symbols.places[keep + i] - length;
      }
      symbols.count = rest;
      first += keep;
      at -= keep;
    }
  }

  private void enter(long hash, int number) {
    int bit = filterBits(hash);
    int word = filterWord(hash);
    long mask = 1L << bit | 1L << (bit >>> 6) | 1L << (bit >>> 12);
    int tag = tag(hash);
    int slot = slot(hash);
    int same = 0;
    for (int probe = 0; probe < LONGEST_PROBE; probe++) {
      int entry = slots[slot];
      if (entry == 0) {
        slots[slot] = tag << numberBits | (number + 1);
        filter[word] |= mask;
        return;
      }
      if (entry >>> numberBits == tag && ++same >= SAME) {
        return;
      }
      slot = slot + 1 == slots.length ? 0 : slot + 1;
    }
  }

  /** Whether a window may be in the document; the cheap question that is asked of every text. */
  boolean mayContain(long hash) {
    int bit = filterBits(hash);
    long mask = 1L << bit | 1L << (bit >>> 6) | 1L << (bit >>> 12);
    return (filter[filterWord(hash)] & mask) == mask;
  }

  /**
   * Finds the numbers of the windows that may equal one; gives how many, at most the length of the
   * array.
   */
  int candidates(long hash, int[] numbers) {
    int found = 0;
    int tag = tag(hash);
    int slot = slot(hash);
    for (int probe = 0; probe < LONGEST_PROBE && found < numbers.length; probe++) {
      int entry = slots[slot];
      if (entry == 0) {
        break;
      }
      if (entry >>> numberBits == tag) {
        numbers[found++] = (entry & (1 << numberBits) - 1) - 1;
      }
      slot = slot + 1 == slots.length ? 0 : slot + 1;
    }
    return found;
  }

  /**
   * Reads the surroundings of a window: writes the symbols around it and gives which of them is its
   * first. At least {@value #PERIOD} symbols stand before it, unless the document begins there.
   */
  int surroundings(int number, Surroundings into) {
    int period = number / STRIDE;
    int checkpoint = Math.max(0, period / CHECKPOINT - 1);
    int window = (period - checkpoint * CHECKPOINT) * PERIOD + number % STRIDE;
    into.read(text, checkpoints[checkpoint] & 0xffffffffL, window + Steps.WINDOW + PERIOD);
    return window;
  }

  /** Bytes that the index takes up, without the document. */
  public long size() {
    return 4L * slots.length + 8L * filter.length + 4L * checkpoints.length;
  }

  private int slot(long hash) {
    return (int) (((hash >>> 32) * slots.length) >>> 32);
  }

  private int tag(long hash) {
    return (int) (hash & 0xffffffffL) >>> numberBits;
  }

  private int filterWord(long hash) {
    return (int) ((((hash * 0x9E3779B97F4A7C15L) >>> 32) * filter.length) >>> 32);
  }

  private static int filterBits(long hash) {
    return (int) (hash >>> 11) & 0x3ffff;
  }
}
