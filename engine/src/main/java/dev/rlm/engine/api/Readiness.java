package dev.rlm.engine.api;

import dev.rlm.engine.sandbox.Isolation;
import java.util.Map;

/**
 * Whether executions can be served now.
 *
 * @param ready whether all checks hold
 * @param checks by name, {@code ok} or what is wrong
 * @param isolation what isolation is in force
 */
public record Readiness(boolean ready, Map<String, String> checks, Isolation isolation) {

  /** Copies the map. */
  public Readiness {
    checks = Map.copyOf(checks);
  }
}
