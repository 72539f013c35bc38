package dev.rlm.engine.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.models.Answer;
import dev.rlm.models.ModelServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AnswerSchemaTest {

  private static AnswerSchema schema(String json) {
    return AnswerSchema.of(JsonValue.read(json));
  }

  @Test
  void saysWhatIsWrongWithAnAnswer() {
    AnswerSchema schema =
        schema("{\"type\":\"object\",\"required\":[\"n\"],\"properties\":{\"n\":{\"type\":\"integer\",\"minimum\":3}}}");
    assertEquals(List.of(), schema.problems("{\"n\":3}"));
    assertTrue(schema.problems("{\"n\":2}").getFirst().contains("minimum value of 3"), schema.problems("{\"n\":2}")::toString);
    assertTrue(schema.problems("{}").getFirst().contains("required property 'n'"), schema.problems("{}")::toString);
    assertTrue(schema.problems("n = 3").getFirst().startsWith("it is not JSON"), schema.problems("n = 3")::toString);
    assertTrue(schema.problems("").getFirst().startsWith("it is not JSON"), schema.problems("")::toString);
    assertTrue(schema.problems("{\"n\":3} {}").getFirst().startsWith("it is not JSON"), schema.problems("{\"n\":3} {}")::toString);
  }

  @Test
  void definitionsAndPatternsAreUnderstood() {
    AnswerSchema schema =
        schema("{\"$ref\":\"#/$defs/code\",\"$defs\":{\"code\":{\"type\":\"string\",\"pattern\":\"^[A-Z]{3}$\"}}}");
    assertEquals(List.of(), schema.problems("\"ABC\""));
    assertEquals(1, schema.problems("\"abc\"").size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "3", "\"text\"", "{\"$ref\":\"#/nowhere\"}", "{\"type\":\"object\",\"pattern\":\"[\"}",
        "{\"type\":7}", "{\"type\":\"text\"}", "{\"properties\":{\"n\":{\"minimum\":\"3\"}}}", "{\"required\":\"n\"}",
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":7}"})
  void whatIsNoSchemaIsRefused(String json) {
    InferenceException refused = assertThrows(InferenceException.class, () -> schema(json));
    assertEquals(InferenceException.Reason.INVALID, refused.reason());
    assertTrue(refused.getMessage().startsWith("the schema of the answer cannot be used: "), refused.getMessage());
  }

  @Test
  void nothingIsFetched() {
    try (ModelServer elsewhere = ModelServer.start(_ -> Answer.text("{}"))) {
      assertThrows(InferenceException.class, () -> schema("{\"$ref\":\"%s/schema.json\"}".formatted(elsewhere.baseUrl())));
      assertThrows(InferenceException.class, () -> schema("{\"$ref\":\"file:///etc/hostname\"}"));
      assertEquals(List.of(), elsewhere.asked());
    }
  }

  @Test
  void aSchemaWithoutEndAcceptsNothing() {
    AnswerSchema schema = schema("{\"$ref\":\"#\"}");
    assertEquals(List.of("it cannot be checked against the schema"), schema.problems("{}"));
  }
}
