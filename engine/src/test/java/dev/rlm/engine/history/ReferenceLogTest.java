package dev.rlm.engine.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReferenceLogTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<String> EVENTS =
      List.of(
          """
          {"type":"started","trajectory_id":"t","model":"root","recursive_model":"sub","query":"how many?",
           "context":"a text","limits":{"max_iterations":20,"max_depth":3},"at":"2026-01-01T00:00:00Z"}""",
          """
          {"type":"loop_started","loop":0,"depth":1,"model":"root","query":"how many?","at":"2026-01-01T00:00:00Z"}""",
          """
          {"type":"turn","loop":0,"iteration":1,"model":"root","asked":[{"role":"system","content":"s"},{"role":"user","content":"u"}],
           "reply":"look","finish":"stop","usage":{},"seconds":1.5,"at":"2026-01-01T00:00:01Z"}""",
          "{\"type\":\"code\",\"loop\":0,\"iteration\":1,\"block\":1,\"code\":\"f()\"}",
          """
          {"type":"sub_call","loop":0,"iteration":1,"call":1,"model":"sub","prompt":"p","answer":"a",
           "usage":{"prompt_tokens":10,"cached_tokens":0,"output_tokens":2},"seconds":0.25}""",
          "{\"type\":\"loop_started\",\"loop\":1,\"parent\":0,\"depth\":2,\"model\":\"sub\",\"query\":\"count\",\"at\":\"x\"}",
          """
          {"type":"turn","loop":1,"iteration":1,"model":"sub","asked":[{"role":"user","content":"count"}],"reply":"FINAL(7)",
           "seconds":0.5,"at":"y"}""",
          "{\"type\":\"loop_ended\",\"loop\":1,\"iterations\":1,\"outcome\":\"answered\",\"reason\":\"answered\",\"answer\":\"7\"}",
          """
          {"type":"sub_call","loop":0,"iteration":1,"call":2,"child":1,"model":"sub","prompt":"count","answer":"",
           "failure":"no","usage":{"prompt_tokens":0,"output_tokens":0},"seconds":0.75}""",
          "{\"type\":\"output\",\"loop\":0,\"iteration\":1,\"block\":1,\"outcome\":\"completed\",\"text\":\"6\",\"cut\":0,\"seconds\":0.5}",
          "{\"type\":\"code\",\"loop\":0,\"iteration\":1,\"block\":2,\"code\":\"1/0\"}",
          "{\"type\":\"output\",\"loop\":0,\"iteration\":1,\"block\":2,\"outcome\":\"raised\",\"text\":\"Traceback\",\"seconds\":0.25}",
          """
          {"type":"turn","loop":0,"iteration":2,"model":"root","asked":[{"role":"user","content":"6"}],"reply":"FINAL(42)",
           "seconds":2,"at":"2026-01-01T00:00:09Z"}""",
          "{\"type\":\"news_of_a_later_engine\",\"loop\":0}",
          "{\"type\":\"loop_ended\",\"loop\":0,\"iterations\":2,\"answer\":\"42\"}",
          "{\"type\":\"end\",\"result\":{\"answer\":\"42\"}}");

  private static List<JsonNode> log(int loop, List<String> events) throws JsonProcessingException {
    List<JsonNode> lines = new ArrayList<>();
    ReferenceLog log = new ReferenceLog(loop, lines::add);
    for (String event : events) {
      log.accept(JSON.readTree(event));
    }
    log.close();
    return lines;
  }

  @Test
  void beginsWithTheMetadata() throws Exception {
    JsonNode metadata = log(0, EVENTS).getFirst();
    assertEquals("metadata", metadata.path("type").asText());
    assertEquals("root", metadata.path("root_model").asText());
    assertEquals(20, metadata.path("max_iterations").asInt());
    assertEquals(3, metadata.path("max_depth").asInt());
    assertEquals("2026-01-01T00:00:00Z", metadata.path("timestamp").asText());
    assertTrue(metadata.path("backend_kwargs").isObject() && metadata.path("environment_kwargs").isObject());
    assertEquals("sub", metadata.path("other_backends").path(0).asText());
  }

  @Test
  void hasALineForEachIterationOfTheLoop() throws Exception {
    List<JsonNode> lines = log(0, EVENTS);
    assertEquals(3, lines.size());
    JsonNode first = lines.get(1);
    assertEquals("iteration", first.path("type").asText());
    assertEquals(1, first.path("iteration").asInt());
    assertEquals("look", first.path("response").asText());
    assertEquals("[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"u\"}]", first.path("prompt").toString());
    assertTrue(first.path("final_answer").isNull());
    assertEquals(2.25, first.path("iteration_time").asDouble());
    JsonNode second = lines.get(2);
    assertEquals(2, second.path("iteration").asInt());
    assertEquals(
        List.of("s", "u", "look", "6"), second.path("prompt").findValuesAsText("content"));
    assertEquals("assistant", second.at("/prompt/2/role").asText());
    assertEquals("42", second.path("final_answer").asText());
  }

  @Test
  void hasWhatTheCodeDid() throws Exception {
    JsonNode blocks = log(0, EVENTS).get(1).path("code_blocks");
    assertEquals(2, blocks.size());
    JsonNode result = blocks.path(0).path("result");
    assertEquals("f()", blocks.path(0).path("code").asText());
    assertEquals("6", result.path("stdout").asText());
    assertEquals("", result.path("stderr").asText());
    assertEquals(0.5, result.path("execution_time").asDouble());
    assertTrue(result.path("locals").isObject());
    assertEquals("raised", blocks.path(1).at("/result/stderr").asText());
    assertEquals("Traceback", blocks.path(1).at("/result/stdout").asText());
    assertEquals(0, blocks.path(1).at("/result/rlm_calls").size());
  }

  @Test
  void hasTheSubCallsAsTheVisualizerCountsThem() throws Exception {
    JsonNode calls = log(0, EVENTS).get(1).at("/code_blocks/0/result/rlm_calls");
    assertEquals(2, calls.size());
    assertEquals("p", calls.at("/0/prompt").asText());
    assertEquals("a", calls.at("/0/response").asText());
    assertEquals(10, calls.at("/0/prompt_tokens").asInt());
    assertEquals(2, calls.at("/0/completion_tokens").asInt());
    assertEquals(0.25, calls.at("/0/execution_time").asDouble());
    assertEquals(10, calls.at("/0/usage_summary/model_usage_summaries/sub/total_input_tokens").asInt());
    assertEquals("no", calls.at("/1/error").asText());
    assertEquals(1, calls.at("/1/loop").asInt());
  }

  @Test
  void hasALogForEachLoop() throws Exception {
    List<JsonNode> lines = log(1, EVENTS);
    assertEquals(2, lines.size());
    assertEquals("sub", lines.getFirst().path("root_model").asText());
    assertEquals(20, lines.getFirst().path("max_iterations").asInt());
    assertEquals("7", lines.getLast().path("final_answer").asText());
    assertEquals(List.of(), log(2, EVENTS));
  }

  @Test
  void hasWhatThereIsOfARunUnderWay() throws Exception {
    List<JsonNode> lines = log(0, EVENTS.subList(0, 4));
    assertEquals(2, lines.size());
    assertTrue(lines.getLast().path("final_answer").isNull());
    assertEquals("", lines.getLast().at("/code_blocks/0/result/stdout").asText());
  }

  @Test
  void hasAnAnswerThatTookNoTurn() throws Exception {
    List<JsonNode> lines =
        log(0, List.of(EVENTS.getFirst(), "{\"type\":\"end\",\"result\":{\"answer\":\"42\"},\"at\":\"z\"}"));
    assertEquals("42", lines.getLast().path("final_answer").asText());
    assertEquals("how many?", lines.getLast().at("/prompt/0/content").asText());
  }
}
