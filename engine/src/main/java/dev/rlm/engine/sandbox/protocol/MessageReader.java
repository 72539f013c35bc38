package dev.rlm.engine.sandbox.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.OutputListener;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads guest messages off a stream that an attacker writes. Memory is bounded by one frame and its parsed form; nesting,
 * names, numbers and text by fixed figures; nothing is deserialised but JSON's own types. Not safe for use by many threads.
 */
final class MessageReader {

  /** Largest frame from a guest, as PROTOCOL.md states it. */
  static final int MAX_FRAME = 1 << 20;

  /** Deepest JSON that is read. */
  static final int MAX_DEPTH = 64;

  /** Longest number that is read; CPython itself writes no integer of more than 4,300 digits. */
  static final int MAX_NUMBER = 4_400;

  /** Most variables in one listing. */
  static final int MAX_VARIABLES = 256;

  /** Longest name of a variable, or of its type, in a listing, in characters. */
  static final int MAX_NAME = 200;

  private static final TypeReference<Map<String, @Nullable Object>> OBJECT = new TypeReference<>() {};

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_NUMBER)
                          .maxNameLength(MAX_FRAME)
                          .maxStringLength(MAX_FRAME)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final InputStream in;
  private final byte[] header = new byte[Integer.BYTES];

  MessageReader(InputStream in) {
    this.in = in;
  }

  /**
   * Waits for the next message.
   *
   * @return the message, or empty at the end of the stream between two frames
   * @throws ProtocolException when the guest broke the protocol
   * @throws EOFException when the stream ended inside a frame
   * @throws IOException when the stream failed
   */
  Optional<GuestMessage> read() throws IOException {
    int got = in.readNBytes(header, 0, header.length);
    if (got == 0) {
      return Optional.empty();
    }
    if (got < header.length) {
      throw new EOFException("the stream ended inside a frame's length");
    }
    int length = ByteBuffer.wrap(header).getInt();
    if (length <= 0 || length > MAX_FRAME) {
      throw new ProtocolException(
          "a frame of %s bytes is outside 1 to %d".formatted(Integer.toUnsignedString(length), MAX_FRAME));
    }
    // readNBytes grows its buffer as bytes arrive: a length alone makes the host allocate nothing.
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the stream ended inside a frame");
    }
    return Optional.of(parse(body));
  }

  private static GuestMessage parse(byte[] body) throws ProtocolException {
    JsonNode node;
    try {
      // Decoded here, for Jackson would take other encodings as well.
      String json = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      node = JSON.readTree(json);
      if (json.contains("\\u")) {
        refuseLoneSurrogates(node);
      }
    } catch (JsonProcessingException e) {
      throw new ProtocolException("a frame is not JSON within the bounds");
    } catch (CharacterCodingException e) {
      throw new ProtocolException("a frame is not UTF-8");
    }
    String type = text(node, "type");
    return switch (type) {
      case "ready" -> new GuestMessage.Ready(number(node, "protocol"), text(node, "python"), flag(node, "guard"));
      case "stdout" -> output(node, OutputListener.Stream.STDOUT);
      case "stderr" -> output(node, OutputListener.Stream.STDERR);
      case "call" -> call(node);
      case "variables" -> variables(node);
      case "result" -> result(node);
      default -> throw new ProtocolException("a frame is of no known type");
    };
  }

  private static GuestMessage.Output output(JsonNode node, OutputListener.Stream stream) throws ProtocolException {
    return new GuestMessage.Output(text(node, "id"), stream, text(node, "data"));
  }

  private static GuestMessage.Call call(JsonNode node) throws ProtocolException {
    JsonNode number = node.path("call");
    if (!number.isIntegralNumber() || !number.canConvertToLong()) {
      throw new ProtocolException("a call has no number");
    }
    if (!node.path("args").isArray() || !node.path("kwargs").isObject()) {
      throw new ProtocolException("a call has no arguments");
    }
    refuseInfinite(node);
    return new GuestMessage.Call(
        text(node, "id"),
        number.longValue(),
        text(node, "name"),
        node.path("args").toString(),
        node.path("kwargs").toString());
  }

  private static GuestMessage.Variables variables(JsonNode node) throws ProtocolException {
    JsonNode names = node.path("names");
    if (!names.isObject() || names.size() > MAX_VARIABLES) {
      throw new ProtocolException("variables have no names, or more than %d".formatted(MAX_VARIABLES));
    }
    Map<String, String> types = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> variable : names.properties()) {
      types.put(bounded(variable.getKey()), bounded(variable.getValue().isTextual() ? variable.getValue().textValue() : ""));
    }
    return new GuestMessage.Variables(text(node, "id"), types);
  }

  private static String bounded(String name) throws ProtocolException {
    if (name.codePointCount(0, name.length()) > MAX_NAME) {
      throw new ProtocolException("a name is longer than %d characters".formatted(MAX_NAME));
    }
    return name;
  }

  private static GuestMessage.Result result(JsonNode node) throws ProtocolException {
    GuestMessage.Status status =
        switch (text(node, "status")) {
          case "completed" -> GuestMessage.Status.COMPLETED;
          case "raised" -> GuestMessage.Status.RAISED;
          case "interrupted" -> GuestMessage.Status.INTERRUPTED;
          case "exited" -> GuestMessage.Status.EXITED;
          default -> throw new ProtocolException("a result has no known status");
        };
    JsonNode error = node.path("error");
    if (status == GuestMessage.Status.RAISED && !error.isObject()) {
      throw new ProtocolException("a result says that the code raised, and has no error");
    }
    return new GuestMessage.Result(
        text(node, "id"),
        status,
        node.path("result").isTextual() ? Optional.of(node.path("result").textValue()) : Optional.empty(),
        locals(node),
        flag(node, "locals_truncated"),
        error.isObject()
            ? Optional.of(new ExecutionError(text(error, "name"), text(error, "value"), text(error, "traceback")))
            : Optional.empty(),
        error.path("process_limit").asBoolean(false),
        status == GuestMessage.Status.EXITED ? number(node, "exit_code") & 0xff : 0);
  }

  private static Map<String, @Nullable Object> locals(JsonNode node) throws ProtocolException {
    JsonNode locals = node.path("locals");
    if (!locals.isObject()) {
      throw new ProtocolException("a result has no locals");
    }
    refuseInfinite(locals);
    return JSON.convertValue(locals, OBJECT);
  }

  /** JSON has no infinity, but {@code 1e999} reads as one. */
  private static void refuseInfinite(JsonNode node) throws ProtocolException {
    if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
      throw new ProtocolException("a number is too large");
    }
    for (JsonNode child : node) {
      refuseInfinite(child);
    }
  }

  /** An escape can name half a character, which no UTF-8 could carry on from here. */
  private static void refuseLoneSurrogates(JsonNode node) throws ProtocolException {
    if (node.isTextual()) {
      refuseLoneSurrogates(node.textValue());
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      refuseLoneSurrogates(field.getKey());
    }
    for (JsonNode child : node) {
      refuseLoneSurrogates(child);
    }
  }

  private static void refuseLoneSurrogates(String text) throws ProtocolException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw new ProtocolException("text with half a character");
        }
        i++;
      }
    }
  }

  private static String text(JsonNode node, String field) throws ProtocolException {
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      throw new ProtocolException("the field " + field + " is not text");
    }
    return value.textValue();
  }

  private static int number(JsonNode node, String field) throws ProtocolException {
    JsonNode value = node.path(field);
    if (!value.isInt()) {
      throw new ProtocolException("the field " + field + " is not a whole number");
    }
    return value.intValue();
  }

  private static boolean flag(JsonNode node, String field) throws ProtocolException {
    JsonNode value = node.path(field);
    if (!value.isBoolean()) {
      throw new ProtocolException("the field " + field + " is not true or false");
    }
    return value.booleanValue();
  }
}
