package dev.rlm.engine;

import java.util.Random;

/** Randomness that can be had again. */
public final class Seeds {

  private Seeds() {}

  /** Returns a generator whose seed is printed, and may be set by the system property {@code seed}. */
  public static Random random() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("-Dseed=" + seed);
    return new Random(seed);
  }
}
