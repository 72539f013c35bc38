package dev.rlm.egress.scan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The stretches of a text that are made of token bytes ({@link Bytes#isToken}) and have at least
 * {@value #SHORTEST} of them: found once, for all that look for something in them. Most text has few,
 * so what matters is how fast the rest is passed over. Immutable.
 *
 * <p>Eight bytes at a time are told apart by arithmetic on all of them, without a branch, and gathered
 * into words of a bit for each byte, in which a few shifts show whether a long enough run ends there.
 */
public final class TokenRuns {

  /** Bytes from which on a run counts. */
  public static final int SHORTEST = 20;

  private static final int WORD = Long.SIZE;
  private static final long EACH = 0x0101010101010101L;
  private static final long SIGNS = 0x8080808080808080L;

  /** Moves the signs of eight bytes into the highest byte, the first sign lowest. */
  private static final long GATHER = 0x0102040810204080L;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Where each run starts, and after that where it ends. */
  private int[] bounds = new int[16];

  private int count;

  private TokenRuns() {}

  /** Finds the runs among the first bytes of a text. */
  public static TokenRuns of(byte[] text, int to) {
    TokenRuns runs = new TokenRuns();
    if (to >= SHORTEST) {
      runs.find(text, to);
    }
    return runs;
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  /** The first byte of a run. */
  public int start(int run) {
    return bounds[2 * run];
  }

  /** The byte after the last of a run. */
  public int end(int run) {
    return bounds[2 * run + 1];
  }

  private void add(int start, int end) {
    if (2 * count == bounds.length) {
      bounds = Arrays.copyOf(bounds, 4 * count);
    }
    bounds[2 * count] = start;
    bounds[2 * count + 1] = end;
    count++;
  }

  private void find(byte[] text, int to) {
    // Of the word before: the tokens, and where runs of two, four and eight end.
    long tokensBefore = 0;
    long twosBefore = 0;
    long foursBefore = 0;
    long eightsBefore = 0;
    int open = -1;
    for (int base = 0; base < to; base += WORD) {
      long tokens = tokens(text, base, to);
      long twos = tokens & (tokens << 1 | tokensBefore >>> 63);
      long fours = twos & (twos << 2 | twosBefore >>> 62);
      long eights = fours & (fours << 4 | foursBefore >>> 60);
      long sixteens = eights & (eights << 8 | eightsBefore >>> 56);
      long ends = sixteens & (fours << 16 | foursBefore >>> 48);
      tokensBefore = tokens;
      twosBefore = twos;
      foursBefore = fours;
      eightsBefore = eights;
      if (open >= 0 && tokens != -1) {
        int end = Long.numberOfTrailingZeros(~tokens);
        add(open, base + end);
        open = -1;
        ends &= -1L << end;
      }
      while (ends != 0 && open < 0) {
        int longEnough = Long.numberOfTrailingZeros(ends);
        int start = base + longEnough - SHORTEST + 1;
        long after = ~tokens & -1L << longEnough;
        if (after == 0) {
          open = start;
        } else {
          int end = Long.numberOfTrailingZeros(after);
          add(start, base + end);
          ends &= -1L << end;
        }
      }
    }
    if (open >= 0) {
      add(open, to);
    }
  }

  /** Which of the 64 bytes from a place on are tokens, the first one lowest. */
  private static long tokens(byte[] text, int from, int to) {
    long tokens = 0;
    int at = from;
    int eights = Math.min(from + WORD, to - Long.BYTES + 1);
    for (; at < eights; at += Long.BYTES) {
      long signs = signs((long) LONG.get(text, at));
      tokens |= (((signs >>> 7) * GATHER) >>> 56) << (at - from);
    }
    for (; at < Math.min(from + WORD, to); at++) {
      tokens |= (Bytes.isToken(text[at]) ? 1L : 0) << (at - from);
    }
    return tokens;
  }

  /** Sets the sign of those of eight bytes that are tokens, and no other bit. */
  private static long signs(long eight) {
    // Additions to seven bits: a sum's sign tells which number is larger, and nothing is carried on.
    long seven = eight & ~SIGNS;
    long folded = seven | EACH * 0x20;
    long letter = (folded + EACH * (0x80 - 'a')) & ~(folded + EACH * (0x7f - 'z'));
    long digitOrSlash = (seven + EACH * (0x80 - '/')) & ~(seven + EACH * (0x7f - '9'));
    // A hyphen and an equals sign differ in one bit.
    long noSign =
        (((seven | EACH * 0x10) ^ EACH * '=') + EACH * 0x7f)
            & ((seven ^ EACH * '+') + EACH * 0x7f)
            & ((seven ^ EACH * '_') + EACH * 0x7f);
    return (letter | digitOrSlash | ~noSign) & ~eight & SIGNS;
  }
}
