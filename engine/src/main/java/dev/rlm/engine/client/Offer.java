package dev.rlm.engine.client;

import java.util.Set;

/**
 * What code in a session may use of its client.
 *
 * @param functions names of the functions that it may call
 * @param timed whether the time in which it waits for them is its own
 * @param nested whether other code of this client's waits for it, and has its turn already
 */
public record Offer(Set<String> functions, boolean timed, boolean nested) {

  /** No functions, and nobody who waits. */
  static final Offer NOTHING = new Offer(Set.of(), true, false);

  /** Copies the set. */
  public Offer {
    functions = Set.copyOf(functions);
  }
}
