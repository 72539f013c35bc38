package dev.rlm.engine.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Events, and other values, against the contract. */
final class OpenApiEvents {

  private static final JsonNode CONTRACT = contract();
  private static final Schema SCHEMA = new Schema(CONTRACT);

  private OpenApiEvents() {}

  /** Fails when an event is not as the contract says. */
  static void check(JsonNode event) {
    check("Event", event);
  }

  /** Fails when a value is not as the contract says of a schema. */
  static void check(String schema, JsonNode value) {
    assertEquals(List.of(), SCHEMA.check(CONTRACT.at("/components/schemas/" + schema), value), value::toString);
  }

  private static JsonNode contract() {
    try (InputStream in = ApiServer.class.getResourceAsStream("/openapi.yaml")) {
      return new ObjectMapper(new YAMLFactory()).readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
