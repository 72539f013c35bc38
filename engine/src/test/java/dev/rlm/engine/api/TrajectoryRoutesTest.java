package dev.rlm.engine.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rlm.engine.repl.RunId;
import dev.rlm.engine.repl.RunRecorder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers are told of their runs, over a real server. */
@Timeout(60)
final class TrajectoryRoutesTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KEY = "a-key-of-mine";
  private static final String OTHER_KEY = "a-key-of-another";

  private final ScriptedInference inference = new ScriptedInference();
  private final TestServer server = TestServer.answeringBy(inference, KEY, OTHER_KEY);
  private String id = "";

  @BeforeEach
  void record() throws InterruptedException {
    inference.does(
        (run, request, listener) -> {
          try (RunRecorder.Recording recording = server.kept().begin(run, request.owner())) {
            return ScriptedInference.answering(
                run,
                event -> {
                  recording.on(event);
                  listener.on(event);
                },
                "42");
          }
        });
    id = run().path("rlm").path("trajectory_id").asText();
    assertTrue(RunId.parse(id).isPresent(), id);
  }

  private JsonNode run() throws InterruptedException {
    return server
        .send(
            server
                .request("/v1/chat/completions")
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .POST(
                    java.net.http.HttpRequest.BodyPublishers.ofString(
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]}")))
        .json();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private TestServer.Answer get(String path, String key) throws InterruptedException {
    return server.send(server.request(path).header("Authorization", "Bearer " + key));
  }

  private List<JsonNode> lines(String path) throws Exception {
    TestServer.Answer answer = get(path, KEY);
    assertEquals(200, answer.status(), answer::body);
    assertTrue(answer.header("Content-Type").startsWith("application/x-ndjson"), answer.header("Content-Type"));
    List<JsonNode> lines = new ArrayList<>();
    for (String line : answer.body().lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  @Test
  void tellsThemInTheFormOfTheReferenceLibrary() throws Exception {
    List<JsonNode> lines = lines("/trajectories/" + id);
    assertEquals(
        List.of("metadata", "iteration", "iteration"), lines.stream().map(line -> line.path("type").asText()).toList());
    lines.forEach(line -> OpenApiEvents.check("LogLine", line));
    assertEquals(ScriptedInference.MODEL, lines.getFirst().path("root_model").asText());
    assertEquals("print(len(context))", lines.get(1).at("/code_blocks/0/code").asText());
    assertEquals("6 ```", lines.get(1).at("/code_blocks/0/result/stdout").asText());
    assertEquals(2, lines.get(1).at("/code_blocks/0/result/rlm_calls").size());
    assertEquals("42", lines.getLast().path("final_answer").asText());
    assertEquals(2, lines("/trajectories/%s?loop=1".formatted(id)).size());
    assertEquals(0, lines("/trajectories/%s?loop=99".formatted(id)).size());
  }

  @Test
  void tellsTheEventsAsTheyWere() throws Exception {
    List<JsonNode> lines = lines("/trajectories/%s?format=events".formatted(id));
    lines.forEach(line -> OpenApiEvents.check("RecordedStep", line));
    assertEquals("started", lines.getFirst().path("type").asText());
    assertEquals("end", lines.getLast().path("type").asText());
    assertTrue(Stream.of("turn", "code", "output", "sub_call").allMatch(
        type -> lines.stream().anyMatch(line -> line.path("type").asText().equals(type))));
  }

  @Test
  void listsTheCallersOwnNewestFirst() throws Exception {
    String second = run().path("rlm").path("trajectory_id").asText();
    JsonNode list = get("/trajectories", KEY).json().path("trajectories");
    assertEquals(List.of(second, id), list.findValuesAsText("trajectory_id"));
    list.forEach(one -> OpenApiEvents.check("Trajectory", one));
    assertEquals("how many?", list.at("/0/query").asText());
    assertEquals(ScriptedInference.MODEL, list.at("/0/model").asText());
    assertTrue(list.at("/0/bytes").asLong() > 100);
    assertEquals("{\"trajectories\":[]}", get("/trajectories", OTHER_KEY).body());
  }

  @Test
  void tellsNobodyElse() throws Exception {
    TestServer.Answer other = get("/trajectories/" + id, OTHER_KEY);
    assertEquals(404, other.status());
    assertEquals("trajectory_not_found", other.json().path("code").asText());
    assertEquals(404, get("/trajectories/" + RunId.random().value(), KEY).status());
    assertEquals(404, get("/trajectories/nonsense", KEY).status());
    assertEquals(401, server.get("/trajectories/" + id).status());
    assertEquals(401, server.get("/trajectories").status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"format=yaml", "loop=x", "loop=-1", "loop=99999999999"})
  void refusesWhatItCannotTell(String query) throws Exception {
    TestServer.Answer answer = get("/trajectories/%s?%s".formatted(id, query), KEY);
    assertEquals(400, answer.status(), answer::body);
    assertEquals("invalid_request", answer.json().path("code").asText());
  }

  @Test
  void listsNothingWhereNothingWasKept() throws Exception {
    try (TestServer fresh = TestServer.open()) {
      assertEquals("{\"trajectories\":[]}", fresh.get("/trajectories").body());
    }
  }
}
