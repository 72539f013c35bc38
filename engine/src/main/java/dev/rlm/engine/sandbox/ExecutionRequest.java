package dev.rlm.engine.sandbox;

import java.time.Duration;
import java.util.Optional;

/**
 * Code to run.
 *
 * @param id names the execution in frames, logs and answers
 * @param code Python source
 * @param context what the variable {@code context} is bound to; empty leaves the variable as it is
 * @param timeout wall time the code may take, more than zero
 * @param calls the functions it may call on its host
 */
public record ExecutionRequest(
    String id, String code, Optional<GuestContext> context, Duration timeout, HostCalls calls) {

  /** Rejects a timeout that is not positive with {@link IllegalArgumentException}. */
  public ExecutionRequest {
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("timeout is not positive: " + timeout);
    }
  }
}
