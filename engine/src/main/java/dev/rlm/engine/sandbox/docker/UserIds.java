package dev.rlm.engine.sandbox.docker;

import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Hands out user ids, no two live sandboxes of an engine the same: processes of one user may signal each other, and the
 * kernel counts some limits per user over all containers. The range lies inside what a rootless daemon maps. Safe for use by
 * many threads.
 */
final class UserIds {

  /** The first id handed out. */
  static final int FIRST = 20_000;

  /** How many there are. */
  static final int COUNT = 40_000;

  private final Set<Integer> taken = new HashSet<>();
  private final RandomGenerator random;

  UserIds(RandomGenerator random) {
    this.random = random;
  }

  /** Takes an id that is free, at random, so that two engines on one machine seldom meet. */
  synchronized int take() {
    if (taken.size() >= COUNT) {
      throw new IllegalStateException("all %d user ids are taken".formatted(COUNT));
    }
    int id;
    do {
      id = FIRST + random.nextInt(COUNT);
    } while (!taken.add(id));
    return id;
  }

  /** Gives an id back, once its sandbox is gone. */
  synchronized void release(int id) {
    taken.remove(id);
  }
}
