package dev.rlm.egress.echo;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Hashes of windows of steps. A step is the distance between two neighbouring symbols, between
 * letters taken around the alphabet the shorter way, so that every Caesar shift of a text has the
 * same steps, and its reversal has the same ones backwards. The hash of a window is the same from
 * both ends. One index thus serves the plain text, all rotations, and all of them backwards.
 *
 * <p>Each step is worth a number under a random key, so that nobody can prepare texts that collide.
 */
final class Steps {

  /** Steps in a window; a window covers one symbol more. */
  static final int WINDOW = 24;

  /** Steps that are taken together as one value; three times as many are a window. */
  static final int EIGHT = WINDOW / 3;

  /** Steps after which a window is seen to repeat itself. */
  private static final int PERIOD = 4;

  private static final int OUTER = 0x9E3779B1;
  private static final int SECOND = 0x85EBCA6B;
  private static final int THIRD = 0xC2B2AE35;
  private static final int INNER = 0x27D4EB2F;

  /** Of each symbol after each other, by six bits of either. */
  private static final byte[] DISTANCES = new byte[64 * 64];

  static {
    for (int a = 0; a < 64; a++) {
      for (int b = 0; b < 64; b++) {
        DISTANCES[a << 6 | b] = (byte) distance(a, b);
      }
    }
  }

  /**
   * What each distance is worth. Two small tables rather than one of what each pair is worth: they stay
   * in the first-level cache.
   */
  private final int[] key = new int[256];

  private final long first;
  private final long second;

  Steps(SplittableRandom random) {
    for (int i = 0; i < key.length; i++) {
      key[i] = random.nextInt();
    }
    first = random.nextLong() | 1;
    second = random.nextLong() | 1;
  }

  private static int distance(int a, int b) {
    if (Symbols.isLetter(a) && Symbols.isLetter(b)) {
      int up = (b - a + 26) % 26;
      return Math.min(up, 26 - up);
    }
    int left = Symbols.isLetter(a) ? 0 : a;
    int right = Symbols.isLetter(b) ? 0 : b;
    return 32 + left + right;
  }

  /** Writes what the steps between symbols are worth, from a place on. */
  void write(byte[] symbols, int from, int count, int[] out) {
    int before = symbols[from] & 63;
    for (int i = 0; i < count; i++) {
      int symbol = symbols[from + i + 1] & 63;
      out[i] = key[DISTANCES[before << 6 | symbol] & 0xff];
      before = symbol;
    }
  }

  /**
   * Makes one value out of the eight from each place on: each goes with the one that is as far from
   * the other end, so that it is the same when they are read backwards, and no other order of them
   * has the same. Reads ahead of where it writes, with fixed distances: that is what the compiler
   * turns into vector instructions.
   */
  static void join(int[] steps, int[] eights, int count) {
    for (int i = 0; i < count; i++) {
      eights[i] =
          (steps[i] + steps[i + 7]) * OUTER
              + (steps[i + 1] + steps[i + 6]) * SECOND
              + (steps[i + 2] + steps[i + 5]) * THIRD
              + (steps[i + 3] + steps[i + 4]) * INNER;
    }
  }

  /** The same value for the eight steps from one symbol on. */
  int eight(byte[] symbols, int at) {
    return (step(symbols, at) + step(symbols, at + 7)) * OUTER
        + (step(symbols, at + 1) + step(symbols, at + 6)) * SECOND
        + (step(symbols, at + 2) + step(symbols, at + 5)) * THIRD
        + (step(symbols, at + 3) + step(symbols, at + 4)) * INNER;
  }

  private int step(byte[] symbols, int at) {
    return key[DISTANCES[(symbols[at] & 63) << 6 | (symbols[at + 1] & 63)] & 0xff];
  }

  /** The hash of a window, out of what its three thirds are worth; both sides count alike. */
  long hash(int left, int middle, int right) {
    long sum = ((middle & 0xffffffffL) | (long) (left + right) << 32) * first;
    return (sum ^ sum >>> 32) * second;
  }

  /** Whether a window has the given steps, forwards or backwards. */
  static boolean isSame(int[] steps, int at, int[] window) {
    if (steps[at] == window[0]) {
      int i = 1;
      while (i < WINDOW && steps[at + i] == window[i]) {
        i++;
      }
      if (i == WINDOW) {
        return true;
      }
    }
    int i = 0;
    while (i < WINDOW && steps[at + i] == window[WINDOW - 1 - i]) {
      i++;
    }
    return i == WINDOW;
  }

  /**
   * Whether a window repeats itself so soon that it says nothing: runs of one character, rulers,
   * zeros.
   */
  static boolean isMonotonous(int[] steps, int at) {
    return Arrays.equals(steps, at, at + WINDOW - PERIOD, steps, at + PERIOD, at + WINDOW);
  }

  /** The same of a window when the one that begins a step before it does. */
  static boolean staysMonotonous(int[] steps, int at) {
    return steps[at + WINDOW - PERIOD - 1] == steps[at + WINDOW - 1];
  }
}
