package dev.rlm.engine.model;

/**
 * One message of a conversation.
 *
 * @param role who speaks
 * @param text what is said
 */
public record ChatMessage(Role role, String text) {

  /** Who speaks. */
  public enum Role {
    /** Whoever set the model its task. */
    SYSTEM,
    /** Whoever asks. */
    USER,
    /** The model. */
    ASSISTANT
  }

  /** Returns a message that sets the task. */
  public static ChatMessage system(String text) {
    return new ChatMessage(Role.SYSTEM, text);
  }

  /** Returns a message to the model. */
  public static ChatMessage user(String text) {
    return new ChatMessage(Role.USER, text);
  }

  /** Returns what the model said. */
  public static ChatMessage assistant(String text) {
    return new ChatMessage(Role.ASSISTANT, text);
  }
}
