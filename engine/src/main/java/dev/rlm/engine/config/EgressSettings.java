package dev.rlm.engine.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the egress filter is made of.
 *
 * @param policy a policy file; empty for the standard policy
 * @param rules a file of further rules; empty for none
 * @param echo what is done with copies of the context, on all channels; empty for what the policy says
 */
public record EgressSettings(Optional<Path> policy, Optional<Path> rules, Optional<Echo> echo) {

  /** What is done with copies of the context. */
  public enum Echo {
    /** They are not looked for. */
    OFF,
    /** They are counted. */
    REPORT,
    /** They pass until a budget is spent. */
    BUDGET,
    /** They are redacted. */
    DENY
  }
}
