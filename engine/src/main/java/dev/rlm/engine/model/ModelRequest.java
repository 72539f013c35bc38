package dev.rlm.engine.model;

import dev.rlm.engine.sandbox.Deadline;
import java.util.List;

/**
 * One question to a model.
 *
 * @param model the provider's name of it
 * @param messages the conversation so far, at least one message
 * @param maxOutputTokens the most that the answer may take, reasoning included
 * @param deadline by when the answer must be there
 */
public record ModelRequest(String model, List<ChatMessage> messages, int maxOutputTokens, Deadline deadline) {

  /** Copies the list; rejects an empty one, and a limit that is not positive, with {@link IllegalArgumentException}. */
  public ModelRequest {
    messages = List.copyOf(messages);
    if (messages.isEmpty() || maxOutputTokens <= 0) {
      throw new IllegalArgumentException(
          "%d messages, %d output tokens: there must be some of both".formatted(messages.size(), maxOutputTokens));
    }
  }

  /** Returns how many UTF-16 characters the messages have together. */
  public long characters() {
    return messages.stream().mapToLong(message -> message.text().length()).sum();
  }
}
