package dev.rlm.egress.echo;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Hashes of windows of steps. A step is the difference between two neighbouring symbols, taken
 * modulo 26 between letters, so that every Caesar shift of a text has the same steps. The hash of a
 * window is the sum of the hashes of the window and of its mirror image, so that a text and its
 * reversal have the same hashes. One index thus serves the plain text, all rotations, and all of
 * them backwards.
 *
 * <p>A step between letters is 1 to 12 upwards or the same with the top bit set downwards; the
 * steps 0 and 13 and all steps that touch something else than two letters read the same both ways
 * and carry bit 6.
 */
final class Steps {

  /** Steps in a window; a window covers one symbol more. */
  static final int WINDOW = 16;

  private static final byte[] TABLE = new byte[64 * 64];
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long SELF_MIRRORED = 0x4040404040404040L;

  static {
    for (int a = 0; a < 64; a++) {
      for (int b = 0; b < 64; b++) {
        TABLE[a << 6 | b] = step(a, b);
      }
    }
  }

  private final long one;
  private final long two;
  private final long three;

  /** Takes multipliers at random, so that nobody can prepare texts that collide. */
  Steps(SplittableRandom random) {
    one = random.nextLong() | 1;
    two = random.nextLong() | 1;
    three = random.nextLong() | 1;
  }

  private static byte step(int a, int b) {
    if (Symbols.isLetter(a) && Symbols.isLetter(b)) {
      int difference = (b - a + 26) % 26;
      if (difference == 0 || difference == 13) {
        return (byte) (0x40 | difference);
      }
      return (byte) (difference < 13 ? difference : 0x80 | (26 - difference));
    }
    int left = Symbols.isLetter(a) ? 0 : a;
    int right = Symbols.isLetter(b) ? 0 : b;
    return (byte) (0x40 | (left + right & 0x3f) | ((left ^ right) & 1) << 7);
  }

  /** Writes the steps between symbols; there is one less than symbols. */
  static void write(byte[] symbols, int count, byte[] steps) {
    for (int i = 0; i + 1 < count; i++) {
      steps[i] = TABLE[(symbols[i] & 63) << 6 | (symbols[i + 1] & 63)];
    }
  }

  /** The hash of the window that begins at a step. */
  long hash(byte[] steps, int at) {
    long low = (long) LONG.get(steps, at);
    long high = (long) LONG.get(steps, at + 8);
    return mix(low, high) + mix(mirrored(high), mirrored(low));
  }

  private long mix(long low, long high) {
    return (low * one ^ Long.rotateRight(high * two, 32)) * three;
  }

  private static long mirrored(long steps) {
    return Long.reverseBytes(steps ^ (~steps & SELF_MIRRORED) << 1);
  }

  /**
   * Whether a window repeats itself so soon that it says nothing: runs of one character, rulers,
   * zeros.
   */
  static boolean isMonotonous(byte[] steps, int at) {
    long low = (long) LONG.get(steps, at);
    long high = (long) LONG.get(steps, at + 8);
    return (low == high
        && (low == Long.rotateLeft(low, 8)
            || low == Long.rotateLeft(low, 16)
            || low == Long.rotateLeft(low, 32)));
  }
}
