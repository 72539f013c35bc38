package dev.rlm.engine.repl;

import dev.rlm.engine.sandbox.GuestContext;

/** What a model is told of a context that it does not see. */
final class ContextSummary {

  private ContextSummary() {}

  /** Says in a few words what the variable is. */
  static String of(GuestContext context) {
    return switch (context) {
      case GuestContext.Stored stored ->
          stored.text()
              ? "a text of %,d characters".formatted(stored.characters())
              : "bytes, %,d of them".formatted(stored.bytes());
      case GuestContext.Json json -> of(JsonValue.read(json.text()));
    };
  }

  private static String of(com.fasterxml.jackson.databind.JsonNode json) {
    return switch (json.getNodeType()) {
      case STRING -> {
        String text = json.textValue();
        yield text.isEmpty() ? "an empty text" : "a text of %,d characters".formatted(text.codePointCount(0, text.length()));
      }
      case ARRAY -> "a list of %,d items".formatted(json.size());
      case OBJECT -> "a dictionary of %,d entries".formatted(json.size());
      case NUMBER -> "a number";
      case BOOLEAN -> "True or False";
      case NULL, MISSING, BINARY, POJO -> "None";
    };
  }
}
