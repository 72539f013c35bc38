package dev.rlm.engine.model;

import dev.rlm.engine.sandbox.EngineException;
import java.time.Duration;
import java.util.Optional;

/** A model did not answer. The message names the model and what the provider said, never the key. */
public final class ModelException extends EngineException {

  private static final long serialVersionUID = 1L;

  /** What stands in the way. */
  public enum Reason {
    /** The provider wants fewer calls. */
    RATE_LIMITED,
    /** The provider failed. */
    PROVIDER_FAILED,
    /** The provider could not be reached, or the connection broke. */
    UNREACHABLE,
    /** No answer came in time. */
    TIMEOUT,
    /** The provider refuses the call: the key, the model or the request is wrong. */
    REFUSED,
    /** What came back is larger than an answer may be, or is none. */
    BAD_ANSWER
  }

  private final Reason reason;
  private final Duration retryAfter;
  private final int retries;

  /** Creates the exception; {@code retryAfter} is what the provider asked for, or zero. */
  public ModelException(Reason reason, String message, Duration retryAfter) {
    this(reason, message, retryAfter, 0);
  }

  private ModelException(Reason reason, String message, Duration retryAfter, int retries) {
    super(message);
    this.reason = reason;
    this.retryAfter = retryAfter;
    this.retries = retries;
  }

  ModelException after(int failed) {
    ModelException counted = new ModelException(reason, getMessage(), retryAfter, retries + failed);
    counted.addSuppressed(this);
    return counted;
  }

  /** Returns what stands in the way. */
  public Reason reason() {
    return reason;
  }

  /** Returns how long the provider wants to be left alone, where it said so. */
  public Optional<Duration> retryAfter() {
    return retryAfter.isPositive() ? Optional.of(retryAfter) : Optional.empty();
  }

  /** Returns how many attempts were repeated in vain. */
  public int retries() {
    return retries;
  }

  /** Returns whether the same call may succeed later. */
  public boolean mayPass() {
    return switch (reason) {
      case RATE_LIMITED, PROVIDER_FAILED, UNREACHABLE, TIMEOUT -> true;
      case REFUSED, BAD_ANSWER -> false;
    };
  }
}
