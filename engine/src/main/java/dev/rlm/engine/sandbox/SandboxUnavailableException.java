package dev.rlm.engine.sandbox;

/** A sandbox cannot be had: the infrastructure's fault, never that of guest code. The message says what to do. */
public final class SandboxUnavailableException extends EngineException {

  private static final long serialVersionUID = 1L;

  /** What stands in the way. */
  public enum Reason {
    /** The daemon does not answer, or answered that it cannot. Trying again may help. */
    DAEMON,
    /** As many sandboxes live as may live, or the engine is stopping. */
    CAPACITY,
    /** The image is missing or is not the one this engine was built for. */
    IMAGE,
    /** The runtime that the configuration demands is missing or too old. */
    RUNTIME,
    /** A sandbox was made, and its isolation is not what was asked for. */
    ISOLATION,
    /** The agent in the sandbox did not come up. */
    AGENT
  }

  private final Reason reason;

  /** Creates the exception with a message for the operator. */
  public SandboxUnavailableException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Creates the exception with a message for the operator and its cause. */
  public SandboxUnavailableException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Returns what stands in the way. */
  public Reason reason() {
    return reason;
  }
}
