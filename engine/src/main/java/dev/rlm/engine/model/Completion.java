package dev.rlm.engine.model;

/**
 * A model's answer.
 *
 * @param text what it said: attacker text, bounded in size
 * @param usage what it took
 * @param finish why it stopped
 * @param retries attempts that failed before this one
 */
public record Completion(String text, TokenUsage usage, Finish finish, int retries) {

  /** Why a model stopped. */
  public enum Finish {
    /** It had said what it wanted. */
    STOP,
    /** It ran into its limit of output tokens. */
    LENGTH,
    /** The provider withheld something, or gave another reason. */
    OTHER
  }

  Completion after(int failed) {
    return new Completion(text, usage, finish, retries + failed);
  }
}
