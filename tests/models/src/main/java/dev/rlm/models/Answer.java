package dev.rlm.models;

import java.time.Duration;
import java.util.Map;

/** What a scripted model answers. */
public sealed interface Answer {

  /**
   * A chat completion, whose tokens are counted at four characters each.
   *
   * @param text what the model says
   * @param finish its {@code finish_reason}
   */
  record Text(String text, String finish) implements Answer {}

  /**
   * Anything else.
   *
   * @param status of HTTP
   * @param headers further headers
   * @param body as it is sent
   */
  record Raw(int status, Map<String, String> headers, String body) implements Answer {}

  /**
   * Another answer, later.
   *
   * @param delay how much later
   * @param then the answer
   */
  record Late(Duration delay, Answer then) implements Answer {}

  /** The connection is cut. */
  record Cut() implements Answer {}

  /** A body without an end, as long as somebody reads it. */
  record Endless() implements Answer {}

  /** Returns what a model says. */
  static Answer text(String text) {
    return new Text(text, "stop");
  }

  /** Returns a failure as OpenAI tells it. */
  static Answer failure(int status, String message) {
    return new Raw(status, Map.of(), "{\"error\":{\"message\":\"%s\",\"type\":\"scripted\"}}".formatted(message));
  }
}
