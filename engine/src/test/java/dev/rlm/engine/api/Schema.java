package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** As much of JSON Schema as {@code openapi.yaml} uses. A keyword that it does not know is an error, not a pass. */
final class Schema {

  private final JsonNode document;

  /** Reads the schemas of a document. */
  Schema(JsonNode document) {
    this.document = document;
  }

  /** Returns what is wrong with a value, each with its place; nothing when it is valid. */
  List<String> check(JsonNode schema, JsonNode value) {
    List<String> problems = new ArrayList<>();
    check(schema, value, "$", problems);
    return problems;
  }

  /** Follows a reference, where the node is one. */
  JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? resolved(document.at(node.path("$ref").textValue().substring(1))) : node;
  }

  private void check(JsonNode reference, JsonNode value, String place, List<String> problems) {
    JsonNode schema = resolved(reference);
    for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
      JsonNode rule = keyword.getValue();
      boolean holds =
          switch (keyword.getKey()) {
            case "description" -> true;
            case "type" -> isOfType(rule, value);
            case "enum" -> contains(rule, value);
            case "const" -> rule.equals(value);
            case "exclusiveMinimum" -> !value.isNumber() || value.doubleValue() > rule.doubleValue();
            case "required" -> hasAll(rule, value, place, problems);
            case "properties" -> checkMembers(schema, value, place, problems);
            case "additionalProperties" -> schema.has("properties") || checkMembers(schema, value, place, problems);
            case "items" -> checkItems(rule, value, place, problems);
            case "oneOf" -> matchesOne(rule, value);
            default -> throw new AssertionError("the keyword " + keyword.getKey() + " is not checked at " + place);
          };
      if (!holds) {
        problems.add("%s: %s is not %s %s".formatted(place, value, keyword.getKey(), rule));
      }
    }
  }

  private static boolean isOfType(JsonNode rule, JsonNode value) {
    if (rule.isArray()) {
      for (JsonNode one : rule) {
        if (isOfType(one, value)) {
          return true;
        }
      }
      return false;
    }
    return switch (rule.textValue()) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "boolean" -> value.isBoolean();
      case "number" -> value.isNumber();
      case "integer" -> value.isIntegralNumber();
      case "null" -> value.isNull();
      default -> throw new AssertionError("the type " + rule);
    };
  }

  private static boolean contains(JsonNode values, JsonNode value) {
    for (JsonNode one : values) {
      if (one.equals(value)) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasAll(JsonNode names, JsonNode value, String place, List<String> problems) {
    for (JsonNode name : names) {
      if (value.isObject() && !value.has(name.textValue())) {
        problems.add("%s.%s is missing".formatted(place, name.textValue()));
      }
    }
    return true;
  }

  private boolean checkMembers(JsonNode schema, JsonNode value, String place, List<String> problems) {
    JsonNode others = schema.path("additionalProperties");
    for (Map.Entry<String, JsonNode> member : value.properties()) {
      String name = place + "." + member.getKey();
      JsonNode known = schema.path("properties").path(member.getKey());
      if (!known.isMissingNode()) {
        check(known, member.getValue(), name, problems);
      } else if (others.isObject()) {
        check(others, member.getValue(), name, problems);
      } else if (others.isBoolean() && !others.booleanValue()) {
        problems.add(name + " is not in the contract");
      }
    }
    return true;
  }

  private boolean checkItems(JsonNode rule, JsonNode value, String place, List<String> problems) {
    for (int i = 0; i < value.size(); i++) {
      check(rule, value.path(i), "%s[%d]".formatted(place, i), problems);
    }
    return true;
  }

  private boolean matchesOne(JsonNode choices, JsonNode value) {
    int matches = 0;
    for (JsonNode choice : choices) {
      matches += check(choice, value).isEmpty() ? 1 : 0;
    }
    return matches == 1;
  }
}
