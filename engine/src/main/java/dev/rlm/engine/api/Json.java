package dev.rlm.engine.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** How the API reads and writes JSON: strictly, and within bounds. */
final class Json {

  /** Deepest JSON that is read. */
  static final int MAX_DEPTH = 200;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(Integer.MAX_VALUE) // The body's own limit bounds it.
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .addModule(new Jdk8Module())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private Json() {}

  /**
   * Reads a document; numbers keep every digit.
   *
   * @throws ApiException when it is not JSON, with the place
   */
  static JsonNode read(byte[] body) {
    JsonNode node;
    try {
      node = MAPPER.readTree(body);
    } catch (JsonProcessingException e) {
      String place =
          e.getLocation() == null
              ? ""
              : " at line %d, column %d".formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
      throw new ApiException(ErrorCode.INVALID_JSON, "the body is not JSON%s: %s".formatted(place, plain(e)));
    } catch (java.io.IOException e) {
      throw new ApiException(ErrorCode.INVALID_JSON, "the body is not JSON in UTF-8");
    } catch (NumberFormatException e) {
      throw new ApiException(ErrorCode.INVALID_JSON, "the body has a number whose exponent is too large");
    }
    if (node.isMissingNode()) {
      throw new ApiException(ErrorCode.INVALID_JSON, "the body is empty: send a JSON object");
    }
    refuseLoneSurrogates(node);
    return node;
  }

  /** The parser's words without its name for a source that it does not show. */
  private static String plain(JsonProcessingException e) {
    return e.getOriginalMessage().replaceAll("\\[Source: [^;]*; (line: \\d+, column: \\d+)\\]", "$1");
  }

  /** JSON can escape half a character, which cannot be sent on as UTF-8. The parser itself refuses it in names. */
  private static void refuseLoneSurrogates(JsonNode node) {
    if (node.isTextual() && !StandardCharsets.UTF_8.newEncoder().canEncode(node.textValue())) {
      throw new ApiException(ErrorCode.INVALID_JSON, "the body has text that is not Unicode: half a surrogate pair");
    }
    for (JsonNode child : node) {
      refuseLoneSurrogates(child);
    }
  }

  /** Writes a value. */
  static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a document as text. */
  static String text(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
