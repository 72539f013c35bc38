package dev.rlm.engine.api;

import dev.rlm.engine.sandbox.Isolation;
import java.util.Map;

/**
 * Whether executions can be served now.
 *
 * @param ready whether all checks hold
 * @param checks by name, {@code ok} or what is wrong
 * @param isolation what isolation is in force
 * @param pool how the pool stands
 */
public record Readiness(boolean ready, Map<String, String> checks, Isolation isolation, Pool pool) {

  /**
   * How the pool of sandboxes stands.
   *
   * @param size how many are kept waiting
   * @param idle how many wait
   * @param making how many are being made
   * @param leased how many are in use
   * @param waiting how many callers wait for one
   */
  public record Pool(int size, int idle, int making, int leased, int waiting) {}

  /** Copies the map. */
  public Readiness {
    checks = Map.copyOf(checks);
  }
}
