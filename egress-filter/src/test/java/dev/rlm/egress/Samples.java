package dev.rlm.egress;

import java.util.Random;

/**
 * Random values in documented formats, so that no file of the repository holds anything that looks
 * like a live credential.
 */
final class Samples {

  static final String ALPHANUMERIC =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  private Samples() {}

  static String random(Random random, String alphabet, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  static String githubToken(Random random) {
    return "ghp" + "_" + random(random, ALPHANUMERIC, 36);
  }

  /** A generator whose seed is printed, and may be set by the system property {@code seed}. */
  static Random seeded() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("seed " + seed);
    return new Random(seed);
  }
}
