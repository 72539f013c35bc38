package dev.rlm.models;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A request as it came over the wire.
 *
 * @param path what was asked for
 * @param authorization the header of that name; empty without one
 * @param body the request as it was sent
 * @param json the same, read
 */
public record Asked(String path, String authorization, String body, JsonNode json) {

  /**
   * A message of the conversation.
   *
   * @param role who speaks
   * @param text what is said
   */
  public record Message(String role, String text) {}

  /** Returns the model that is asked. */
  public String model() {
    return json.path("model").asText();
  }

  /** Returns the most tokens that the answer may take; 0 without a limit. */
  public int maxTokens() {
    return json.path("max_completion_tokens").asInt(json.path("max_tokens").asInt());
  }

  /** Returns the conversation. */
  public List<Message> messages() {
    List<Message> messages = new ArrayList<>();
    json.path("messages")
        .forEach(message -> messages.add(new Message(message.path("role").asText(), message.path("content").asText())));
    return messages;
  }

  /** Returns what was said last. */
  public String last() {
    List<Message> messages = messages();
    return messages.isEmpty() ? "" : messages.getLast().text();
  }

  /** Returns how often the model has had its turn in this conversation. */
  public int turns() {
    return (int) messages().stream().filter(message -> message.role().equals("assistant")).count();
  }

  /** Returns whether this is a loop's conversation, which begins with a task, and not a plain question. */
  public boolean inLoop() {
    return messages().stream().anyMatch(message -> message.role().equals("system"));
  }
}
