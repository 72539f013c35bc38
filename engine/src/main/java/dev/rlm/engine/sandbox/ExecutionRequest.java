package dev.rlm.engine.sandbox;

import java.time.Duration;
import java.util.Optional;

/**
 * Code to run.
 *
 * @param id names the execution in frames, logs and answers
 * @param code Python source
 * @param contextJson JSON text bound to the variable {@code context}; empty leaves the variable as it is
 * @param timeout wall time the code may take, more than zero
 */
public record ExecutionRequest(String id, String code, Optional<String> contextJson, Duration timeout) {

  /** Rejects a timeout that is not positive with {@link IllegalArgumentException}. */
  public ExecutionRequest {
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("timeout is not positive: " + timeout);
    }
  }
}
