package dev.rlm.egress;

/**
 * A rule file or a policy file that cannot be used. The message says where and why, and never holds
 * a secret of the engine.
 */
public final class EgressConfigurationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what is wrong.
   *
   * @param message the fault
   * @param cause what was thrown
   */
  public EgressConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}
