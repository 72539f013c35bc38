package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rlm.engine.repl.AnswerSchema;
import dev.rlm.engine.repl.InferenceException;
import dev.rlm.engine.repl.RequestedLimits;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A request for a chat completion, as it stands on the wire.
 *
 * @param model the name that was asked for
 * @param conversation question and context
 * @param contextId a stored context that the question is about, instead of what was said before
 * @param limits what the run may take
 * @param schema what the answer must be
 * @param stream whether the answer is to come in chunks
 * @param includeUsage whether the last chunk is to tell the usage
 */
record ChatRequest(
    Optional<String> model,
    Conversation conversation,
    Optional<String> contextId,
    RequestedLimits limits,
    Optional<AnswerSchema> schema,
    boolean stream,
    boolean includeUsage) {

  private static final Set<String> READ =
      Set.of(
          "messages",
          "model",
          "stream",
          "stream_options",
          "response_format",
          "max_tokens",
          "max_completion_tokens",
          "rlm");

  /** They tune a sampler, or are for the provider's own book-keeping: an answer without them is an answer too. */
  private static final Set<String> IGNORED =
      Set.of(
          "frequency_penalty",
          "metadata",
          "parallel_tool_calls",
          "prediction",
          "presence_penalty",
          "prompt_cache_key",
          "prompt_cache_retention",
          "reasoning_effort",
          "safety_identifier",
          "seed",
          "service_tier",
          "store",
          "temperature",
          "top_p",
          "user",
          "verbosity");

  /** They would change what comes back: only null, and values that ask for nothing, are taken. */
  private static final Map<String, Predicate<JsonNode>> HARMLESS =
      Map.ofEntries(
          Map.entry("audio", _ -> false),
          Map.entry("function_call", value -> isOneOf(value, "none", "auto")),
          Map.entry("functions", value -> value.isArray() && value.isEmpty()),
          Map.entry("logit_bias", value -> value.isObject() && value.isEmpty()),
          Map.entry("logprobs", value -> value.isBoolean() && !value.booleanValue()),
          Map.entry("modalities", value -> value.size() == 1 && isOneOf(value.path(0), "text")),
          Map.entry("n", value -> value.isIntegralNumber() && value.intValue() == 1),
          Map.entry("stop", value -> value.isArray() && value.isEmpty()),
          Map.entry("tool_choice", value -> isOneOf(value, "none", "auto")),
          Map.entry("tools", value -> value.isArray() && value.isEmpty()),
          Map.entry("top_logprobs", value -> value.isIntegralNumber() && value.intValue() == 0),
          Map.entry("web_search_options", _ -> false));

  private static final Set<String> FIELDS =
      Stream.of(READ, IGNORED, HARMLESS.keySet()).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());

  private static final Set<String> EXTENSION_FIELDS =
      Stream.concat(Stream.of("context_id"), InferRequest.LIMITS.stream()).collect(Collectors.toUnmodifiableSet());

  private static final JsonNode ANY_OBJECT = JsonNodeFactory.instance.objectNode().put("type", "object");

  private static boolean isOneOf(JsonNode value, String... texts) {
    return value.isTextual() && Set.of(texts).contains(value.textValue());
  }

  /**
   * Reads a body.
   *
   * @throws ApiException when it is not a valid request, or asks for what an RLM cannot give
   */
  static ChatRequest read(JsonNode body) {
    Fields fields = Fields.of(body, FIELDS);
    HARMLESS.forEach((name, harmless) -> refuseUnless(harmless, name, body.path(name)));
    Fields extension = Fields.of(objectOrEmpty(body, "rlm"), EXTENSION_FIELDS);
    Optional<String> contextId = extension.text("context_id");
    boolean stream = flag(body, "stream", "stream");
    return new ChatRequest(
        fields.text("model"),
        Conversation.of(body.path("messages")),
        contextId,
        limits(fields, objectOrEmpty(body, "rlm")),
        schema(body.path("response_format")),
        stream,
        includesUsage(body, stream));
  }

  private static void refuseUnless(Predicate<JsonNode> harmless, String name, JsonNode value) {
    if (!value.isMissingNode() && !value.isNull() && !harmless.test(value)) {
      throw Fields.invalid(
          "the field \"%s\" asks for something that an RLM does not do: leave it out".formatted(name), name);
    }
  }

  private static JsonNode objectOrEmpty(JsonNode body, String name) {
    JsonNode value = body.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return JsonNodeFactory.instance.objectNode();
    }
    if (!value.isObject()) {
      throw Fields.invalid("the field \"%s\" is %s, not an object".formatted(name, Fields.kind(value)), name);
    }
    return value;
  }

  private static boolean flag(JsonNode object, String name, String place) {
    JsonNode value = object.path(name);
    if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
      throw Fields.invalid("the field \"%s\" is %s, not true or false".formatted(place, Fields.kind(value)), place);
    }
    return value.booleanValue();
  }

  private static boolean includesUsage(JsonNode body, boolean stream) {
    JsonNode options = objectOrEmpty(body, "stream_options");
    if (!options.isEmpty() && !stream) {
      throw Fields.invalid("the field \"stream_options\" is for \"stream\": true alone", "stream_options");
    }
    return flag(options, "include_usage", "stream_options.include_usage");
  }

  /** All that is generated counts, as it does for models that reason: the turns of the loop and of its sub-calls too. */
  private static RequestedLimits limits(Fields fields, JsonNode extension) {
    ObjectNode limits = extension.deepCopy();
    RequestedLimits asked = InferRequest.limits(Optional.of(limits.without("context_id")), Optional.empty());
    Optional<Long> output =
        Stream.of(
                asked.outputTokens(),
                tokens(fields, "max_tokens"),
                tokens(fields, "max_completion_tokens"))
            .flatMap(Optional::stream)
            .min(Long::compare);
    return new RequestedLimits(
        asked.iterations(),
        asked.totalIterations(),
        asked.depth(),
        asked.subCalls(),
        asked.concurrentCalls(),
        asked.promptTokens(),
        output,
        asked.cost(),
        asked.time(),
        asked.shownPerBlock(),
        asked.shown(),
        asked.directCharacters());
  }

  private static Optional<Long> tokens(Fields fields, String name) {
    Optional<JsonNode> value = fields.value(name).filter(node -> !node.isNull());
    if (value.isPresent()
        && !(value.get().isIntegralNumber() && value.get().canConvertToLong() && value.get().longValue() > 0)) {
      throw Fields.invalid("the field \"%s\" is %s, not a whole number from 1".formatted(name, value.get()), name);
    }
    return value.map(JsonNode::longValue);
  }

  private static Optional<AnswerSchema> schema(JsonNode format) {
    if (format.isMissingNode() || format.isNull()) {
      return Optional.empty();
    }
    String type = format.path("type").asText();
    return switch (type) {
      case "text" -> Optional.empty();
      case "json_object" -> Optional.of(AnswerSchema.of(ANY_OBJECT));
      case "json_schema" -> Optional.of(schemaOf(format.path("json_schema").path("schema")));
      default ->
          throw Fields.invalid(
              "response_format.type is \"%s\", not text, json_object or json_schema".formatted(type), "response_format");
    };
  }

  private static AnswerSchema schemaOf(JsonNode schema) {
    try {
      return AnswerSchema.of(schema);
    } catch (InferenceException e) {
      throw Fields.invalid(e.getMessage(), "response_format");
    }
  }
}
