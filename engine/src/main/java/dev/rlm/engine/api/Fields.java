package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The fields of a JSON object that a caller sent; no others than those that are known. */
final class Fields {

  private final JsonNode object;

  private Fields(JsonNode object) {
    this.object = object;
  }

  /**
   * Reads an object.
   *
   * @throws ApiException when it is none, or has a field that is not known
   */
  static Fields of(JsonNode node, Set<String> known) {
    if (!node.isObject()) {
      throw invalid("the body is %s, not a JSON object".formatted(kind(node)));
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!known.contains(field.getKey())) {
        throw new ApiException(
            ErrorCode.UNKNOWN_FIELD,
            "unknown field \"%s\": the fields are %s".formatted(field.getKey(), String.join(", ", new TreeSet<>(known))),
            field.getKey());
      }
    }
    return new Fields(node);
  }

  /** Returns a field's value, null included; empty when it is missing. */
  Optional<JsonNode> value(String name) {
    return Optional.ofNullable(object.get(name));
  }

  /**
   * Returns a field that must be text where it is there.
   *
   * @throws ApiException when it is something else
   */
  Optional<String> text(String name) {
    Optional<JsonNode> value = value(name);
    if (value.isPresent() && !value.get().isTextual()) {
      throw invalid("the field \"%s\" is %s, not text".formatted(name, kind(value.get())), name);
    }
    return value.map(JsonNode::textValue);
  }

  /**
   * Returns a field that is true or false.
   *
   * @param standard where it is missing
   * @throws ApiException when it is something else
   */
  boolean flag(String name, boolean standard) {
    Optional<JsonNode> value = value(name);
    if (value.isPresent() && !value.get().isBoolean()) {
      throw invalid("the field \"%s\" is %s, not true or false".formatted(name, kind(value.get())), name);
    }
    return value.map(JsonNode::booleanValue).orElse(standard);
  }

  /** Names the kind of a value, for messages. */
  static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case BOOLEAN -> "true or false";
      case NUMBER -> "a number";
      case STRING -> "text";
      case NULL -> "null";
      case BINARY, MISSING, POJO -> "something else";
    };
  }

  /** As {@link #invalid(String)}, naming the field that is wrong. */
  static ApiException invalid(String message, String field) {
    return new ApiException(ErrorCode.INVALID_REQUEST, message, field);
  }

  static ApiException invalid(String message) {
    return new ApiException(ErrorCode.INVALID_REQUEST, message);
  }
}
