package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.EngineException;
import java.time.Duration;

/** There is no room for an execution now. */
public final class OverloadedException extends EngineException {

  private static final long serialVersionUID = 1L;

  /** Why there is no room. */
  public enum Reason {
    /** As many wait already as may wait. */
    QUEUE_FULL,
    /** It waited as long as it may. */
    QUEUE_TIMEOUT,
    /** The engine is stopping. */
    STOPPING
  }

  private final Reason reason;
  private final Duration retryAfter;

  OverloadedException(Reason reason, String message, Duration retryAfter) {
    super(message);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /** Returns why there is no room. */
  public Reason reason() {
    return reason;
  }

  /** Returns when to try again. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
