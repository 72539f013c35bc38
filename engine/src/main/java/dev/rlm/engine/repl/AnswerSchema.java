package dev.rlm.engine.repl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What an answer must be: a JSON Schema, of draft 2020-12 unless it names another. It is complete in itself: what it refers to
 * elsewhere is not fetched. Safe for use by many threads.
 */
public final class AnswerSchema {

  private static final int MAX_PROBLEMS = 10;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final JsonNode source;
  private final Schema schema;

  private AnswerSchema(JsonNode source, Schema schema) {
    this.source = source;
    this.schema = schema;
  }

  /**
   * Reads a schema.
   *
   * @throws InferenceException when it is none, or refers to something outside of itself
   */
  public static AnswerSchema of(JsonNode source) {
    if (!source.isObject() && !source.isBoolean()) {
      throw invalid("it is neither an object nor true or false");
    }
    try {
      Schema schema = SchemaRegistry.withDialect(Dialects.getDraft202012()).getSchema(source);
      List<String> problems = problems(metaschema(schema), source);
      if (!problems.isEmpty()) {
        throw invalid(String.join("; ", problems));
      }
      schema.initializeValidators();
      return new AnswerSchema(source, schema);
    } catch (SchemaException | StackOverflowError e) {
      throw invalid(e.getMessage() == null ? "it refers to itself without end" : e.getMessage());
    }
  }

  /** What a schema of that draft must be; it is in the library, and nothing is fetched. */
  private static Schema metaschema(Schema schema) {
    return schema
        .getSchemaContext()
        .getSchemaRegistry()
        .getSchema(SchemaLocation.of(schema.getSchemaContext().getDialect().getId()));
  }

  private static List<String> problems(Schema schema, JsonNode json) {
    return schema.validate(json).stream().map(Error::toString).limit(MAX_PROBLEMS).collect(Collectors.toList());
  }

  private static InferenceException invalid(String why) {
    return new InferenceException(InferenceException.Reason.INVALID, "the schema of the answer cannot be used: " + why);
  }

  /** Returns what is wrong with an answer, for the model to read; empty when nothing is. */
  public List<String> problems(String answer) {
    JsonNode json;
    try {
      json = JSON.readTree(answer);
    } catch (JsonProcessingException e) {
      return List.of("it is not JSON: " + e.getOriginalMessage());
    }
    if (json.isMissingNode()) {
      return List.of("it is not JSON: it is empty");
    }
    try {
      return problems(schema, json);
    } catch (SchemaException | StackOverflowError e) {
      return List.of("it cannot be checked against the schema");
    }
  }

  /** Returns the schema as JSON text, for the model to read. */
  public String text() {
    return source.toPrettyString();
  }
}
