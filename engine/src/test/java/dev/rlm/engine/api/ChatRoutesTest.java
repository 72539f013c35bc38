package dev.rlm.engine.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rlm.engine.repl.RequestedLimits;
import dev.rlm.engine.repl.StopReason;
import dev.rlm.engine.sandbox.GuestContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's interface over a real server, with runs that a test scripts. */
@Timeout(60)
final class ChatRoutesTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HELLO = "{\"messages\":[{\"role\":\"user\",\"content\":\"How many?\"}]}";

  private final ScriptedInference inference = new ScriptedInference();
  private final TestServer server = TestServer.answeringBy(inference);

  @AfterEach
  void stop() {
    server.close();
  }

  private TestServer.Answer chat(String body) throws InterruptedException {
    return server.send(
        server
            .request("/v1/chat/completions")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** Sends one message with further fields. */
  private TestServer.Answer chatWith(String fields) throws InterruptedException {
    return chat("{\"messages\":[{\"role\":\"user\",\"content\":\"How many?\"}],%s}".formatted(fields));
  }

  private static void assertError(int status, String code, String param, TestServer.Answer answer) {
    assertEquals(status, answer.status(), answer::body);
    assertTrue(answer.header("Content-Type").startsWith("application/json"), answer.header("Content-Type"));
    OpenApiEvents.check("OpenAiError", answer.json());
    JsonNode error = answer.json().path("error");
    assertEquals(code, error.path("code").asText(), answer::body);
    assertEquals(param, error.path("param").asText(), answer::body);
    assertTrue(error.path("message").asText().length() > 10, answer::body);
    assertTrue(error.path("type").asText().endsWith("_error"), answer::body);
  }

  /** Returns the payloads of a stream of events, which must end with the mark of the end. */
  private static List<JsonNode> chunks(String body) throws IOException {
    List<JsonNode> chunks = new ArrayList<>();
    List<String> data = body.lines().filter(line -> line.startsWith("data: ")).map(line -> line.substring(6)).toList();
    assertEquals("[DONE]", data.getLast(), body);
    for (String json : data.subList(0, data.size() - 1)) {
      JsonNode chunk = JSON.readTree(json);
      OpenApiEvents.check(chunk.has("error") ? "OpenAiError" : "ChatChunk", chunk);
      chunks.add(chunk);
    }
    return chunks;
  }

  private static String joined(List<JsonNode> chunks, String field) {
    StringBuilder text = new StringBuilder();
    chunks.forEach(chunk -> text.append(chunk.at("/choices/0/delta").path(field).asText()));
    return text.toString();
  }

  @Test
  void answersLikeAModel() throws Exception {
    TestServer.Answer answer = chat(HELLO);
    assertEquals(200, answer.status(), answer::body);
    JsonNode json = answer.json();
    OpenApiEvents.check("ChatCompletion", json);
    assertEquals("chat.completion", json.path("object").asText());
    assertTrue(json.path("id").asText().matches("chatcmpl-[0-9a-f]{32}"), answer::body);
    assertTrue(json.path("created").isIntegralNumber());
    assertEquals(ScriptedInference.MODEL, json.path("model").asText());
    assertEquals("assistant", json.at("/choices/0/message/role").asText());
    assertEquals("42", json.at("/choices/0/message/content").asText());
    assertEquals("stop", json.at("/choices/0/finish_reason").asText());
    assertEquals(400, json.at("/usage/prompt_tokens").asInt());
    assertEquals(80, json.at("/usage/completion_tokens").asInt());
    assertEquals(480, json.at("/usage/total_tokens").asInt());
    assertEquals(240, json.at("/usage/prompt_tokens_details/cached_tokens").asInt());
    JsonNode rlm = json.path("rlm");
    assertEquals("chatcmpl-" + rlm.path("trajectory_id").asText(), json.path("id").asText());
    assertEquals(3, rlm.path("iterations").asInt());
    assertEquals(2, rlm.path("sub_calls").asInt());
    assertEquals("answered", rlm.path("outcome").asText());
    assertEquals("answered", rlm.path("reason").asText());
    assertEquals(0.25, rlm.path("cost").asDouble());
  }

  @Test
  void asksTheLastMessageOfTheUserAboutTheRest() throws Exception {
    chat(
        """
        {"messages":[
          {"role":"system","content":"Be brief."},
          {"role":"user","content":"Read this."},
          {"role":"assistant","content":[{"type":"text","text":"Done."}]},
          {"role":"assistant","content":null},
          {"role":"user","content":[{"type":"text","text":"chapter one"},{"type":"text","text":"Who is it?"}]}]}""");
    assertEquals("Who is it?", inference.lastRequest().query());
    assertEquals(
        """
        === system (9 characters) ===
        Be brief.

        === user (10 characters) ===
        Read this.

        === assistant (5 characters) ===
        Done.

        === user (11 characters) ===
        chapter one

        """,
        inlineContext());
  }

  private String inlineContext() throws IOException {
    GuestContext context = inference.lastRequest().context().orElseThrow();
    return JSON.readTree(assertInstanceOf(GuestContext.Json.class, context).text()).textValue();
  }

  @Test
  void hasNoContextWhereNothingElseWasSaid() throws Exception {
    chat(HELLO);
    assertEquals(Optional.empty(), inference.lastRequest().context());
  }

  @Test
  void takesAFileAsTheContextAsItIs() throws Exception {
    String base64 = Base64.getEncoder().encodeToString("a,b\n1,2\n".getBytes(StandardCharsets.UTF_8));
    for (String data : List.of("data:text/csv;base64," + base64, base64)) {
      chat(
          """
          {"messages":[{"role":"user","content":[
            {"type":"text","text":"How many rows?"},
            {"type":"file","file":{"filename":"t.csv","file_data":"%s"}}]}]}"""
              .formatted(data));
      assertEquals("How many rows?", inference.lastRequest().query());
      assertEquals("a,b\n1,2\n", inlineContext());
    }
  }

  @Test
  void putsAQuestionThatIsADocumentIntoTheContext() throws Exception {
    String document = "The question? " + "x".repeat(3_984) + "😀" + "y".repeat(100_000) + "😀" + "z".repeat(3_999);
    chat("{\"messages\":[{\"role\":\"user\",\"content\":%s}]}".formatted(TextNode.valueOf(document)));
    String query = inference.lastRequest().query();
    assertTrue(query.startsWith("The question? "), query);
    assertTrue(query.endsWith("z".repeat(3_999)) && query.length() < 9_000, query);
    assertTrue(query.contains("characters are left out here; all of it is in the variable context"), query);
    assertTrue(StandardCharsets.UTF_8.newEncoder().canEncode(query));
    assertEquals(document, inlineContext());
  }

  @Test
  void storesALargeContextForAsLongAsTheRunTakes() throws Exception {
    String large = "ü".repeat(ChatContext.STORED_FROM / 2);
    AtomicReference<String> seen = new AtomicReference<>("");
    AtomicReference<String> during = new AtomicReference<>("");
    inference.does(
        (id, request, listener) -> {
          GuestContext.Stored stored = assertInstanceOf(GuestContext.Stored.class, request.context().orElseThrow());
          seen.set(read(stored));
          during.set(server.get("/context").body());
          return ScriptedInference.answering(id, listener, "42");
        });
    TestServer.Answer answer =
        chat(
            "{\"messages\":[{\"role\":\"system\",\"content\":\"%s\"},{\"role\":\"user\",\"content\":\"q\"}]}"
                .formatted(large));
    assertEquals(200, answer.status(), answer::body);
    assertEquals(large, seen.get());
    assertTrue(during.get().contains("\"context_id\""), during.get());
    assertEquals("{\"contexts\":[]}", server.get("/context").body());
  }

  private static String read(GuestContext.Stored stored) {
    try {
      return Files.readString(stored.data());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void asksAboutAStoredContext() throws Exception {
    String id =
        server
            .send(server.request("/context").PUT(HttpRequest.BodyPublishers.ofString("the document")))
            .json()
            .path("context_id")
            .asText();
    TestServer.Answer answer =
        chat(
            """
            {"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Who?"}],
             "rlm":{"context_id":"%s"}}"""
                .formatted(id));
    assertEquals(200, answer.status(), answer::body);
    assertEquals(
        "the document",
        read(assertInstanceOf(GuestContext.Stored.class, inference.lastRequest().context().orElseThrow())));
    assertEquals(
        "What was said before:\n\nBe brief.\n\nThe question:\n\nWho?", inference.lastRequest().query());
    assertTrue(server.get("/context").body().contains(id));
    String longer = "x".repeat(Conversation.MAX_QUERY);
    assertError(
        400,
        "invalid_request",
        "messages",
        chat(
            """
            {"messages":[{"role":"system","content":"%s"},{"role":"user","content":"Who?"}],"rlm":{"context_id":"%s"}}"""
                .formatted(longer, id)));
    assertError(404, "context_not_found", "null", chatWith("\"rlm\":{\"context_id\":\"0\"}"));
  }

  @Test
  void passesLimitsOn() throws Exception {
    chatWith(
        """
        "max_tokens":500,"max_completion_tokens":400,
        "rlm":{"max_iterations":3,"max_depth":1,"max_sub_calls":0,"max_cost":0.5,"max_seconds":1.5,"max_output_tokens":900}""");
    RequestedLimits limits = inference.lastRequest().limits();
    assertEquals(Optional.of(3), limits.iterations());
    assertEquals(Optional.of(1), limits.depth());
    assertEquals(Optional.of(0), limits.subCalls());
    assertEquals(Optional.of(new BigDecimal("0.5")), limits.cost());
    assertEquals(Optional.of(Duration.ofMillis(1_500)), limits.time());
    assertEquals(Optional.of(400L), limits.outputTokens());
    assertEquals(Optional.empty(), limits.promptTokens());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"rlm\":{\"max_iterations\":0} | max_iterations",
        "\"rlm\":{\"max_iterations\":\"3\"} | max_iterations",
        "\"rlm\":{\"max_iterations\":1.5} | max_iterations",
        "\"rlm\":{\"max_seconds\":0} | max_seconds",
        "\"rlm\":{\"max_seconds\":-1} | max_seconds",
        "\"rlm\":{\"max_cost\":\"1\"} | max_cost",
        "\"rlm\":[] | rlm",
        "\"rlm\":{\"context_id\":1} | context_id",
        "\"max_tokens\":0 | max_tokens",
        "\"model\":1 | model",
        "\"stream\":\"yes\" | stream",
        "\"stream\":true,\"stream_options\":{\"include_usage\":1} | stream_options.include_usage",
        "\"stream_options\":{\"include_usage\":true} | stream_options",
        "\"response_format\":{\"type\":\"yaml\"} | response_format",
        "\"response_format\":{\"type\":\"json_schema\"} | response_format",
        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":7}} | response_format",
        "\"n\":2 | n",
        "\"tools\":[{\"type\":\"function\"}] | tools",
        "\"tool_choice\":\"required\" | tool_choice",
        "\"functions\":[{\"name\":\"f\"}] | functions",
        "\"function_call\":{\"name\":\"f\"} | function_call",
        "\"audio\":{\"voice\":\"x\"} | audio",
        "\"modalities\":[\"text\",\"audio\"] | modalities",
        "\"logprobs\":true | logprobs",
        "\"top_logprobs\":3 | top_logprobs",
        "\"logit_bias\":{\"50256\":-100} | logit_bias",
        "\"stop\":[\"x\"] | stop",
        "\"stop\":\"x\" | stop",
        "\"web_search_options\":{} | web_search_options"
      })
  void refusesWhatItCannotGive(String fields, String param) throws Exception {
    assertError(400, "invalid_request", param, chatWith(fields));
    assertEquals(List.of(), inference.requests());
  }

  @Test
  void refusesAFieldThatNobodyKnows() throws Exception {
    assertError(400, "unknown_field", "streem", chatWith("\"streem\":true"));
    assertError(400, "unknown_field", "max_iteration", chatWith("\"rlm\":{\"max_iteration\":3}"));
  }

  @Test
  void takesWhatOtherClientsSend() throws Exception {
    TestServer.Answer answer =
        chatWith(
            """
            "model":"rlm","temperature":0.2,"top_p":1,"n":1,"user":"me","seed":7,"metadata":{"a":"b"},"tools":[],
            "tool_choice":"auto","parallel_tool_calls":true,"functions":[],"function_call":"none","logprobs":false,
            "top_logprobs":null,"stop":null,"audio":null,"modalities":["text"],"logit_bias":{},"presence_penalty":0,
            "frequency_penalty":0,"store":false,"service_tier":"auto","reasoning_effort":"low","verbosity":"low",
            "prediction":null,"web_search_options":null,"prompt_cache_key":"k","safety_identifier":"s",
            "response_format":{"type":"text"},"stream":false,"stream_options":null,"max_tokens":null,"rlm":null""");
    assertEquals(200, answer.status(), answer::body);
    assertEquals(RequestedLimits.NONE, inference.lastRequest().limits());
    assertEquals(Optional.empty(), inference.lastRequest().schema());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"messages\":[]}",
        "{\"messages\":\"Hello\"}",
        "{\"messages\":[{\"role\":\"system\",\"content\":\"x\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\" \"}]}",
        "{\"messages\":[{\"role\":\"robot\",\"content\":\"x\"},{\"role\":\"user\",\"content\":\"x\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":7}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":null}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"x\"}}]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"x\"}}]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_data\":\"?\"}}]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_data\":\"/w==\"}}]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_data\":\"YQ==\"}}]}]}"
      })
  void refusesMessagesThatAskNothing(String body) throws Exception {
    TestServer.Answer answer = chat(body);
    assertEquals(400, answer.status(), answer::body);
    assertTrue(answer.json().at("/error/param").asText().startsWith("messages"), answer::body);
  }

  @Test
  void asksForJson() throws Exception {
    chatWith("\"response_format\":{\"type\":\"json_object\"}");
    assertEquals(List.of(), inference.lastRequest().schema().orElseThrow().problems("{\"a\":1}"));
    assertFalse(inference.lastRequest().schema().orElseThrow().problems("[1]").isEmpty());
    chatWith(
        """
        "response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,
          "schema":{"type":"object","required":["count"],"properties":{"count":{"type":"integer"}}}}}""");
    assertEquals(List.of(), inference.lastRequest().schema().orElseThrow().problems("{\"count\":1}"));
    assertFalse(inference.lastRequest().schema().orElseThrow().problems("{\"count\":\"1\"}").isEmpty());
  }

  @Test
  void namesTheModels() throws Exception {
    JsonNode list = server.get("/v1/models").json();
    assertEquals("list", list.path("object").asText());
    assertEquals(
        List.of("rlm", ScriptedInference.MODEL, ScriptedInference.OTHER_MODEL), list.path("data").findValuesAsText("id"));
    for (String path : List.of("/v1/models/rlm", "/v1/models/org/other-model", "/v1/models/org%2Fother-model")) {
      TestServer.Answer answer = server.get(path);
      assertEquals(200, answer.status(), () -> path + answer.body());
      OpenApiEvents.check("Model", answer.json());
    }
    assertError(404, "model_not_found", "model", server.get("/v1/models/gpt-9"));
  }

  @Test
  void escapedSlashesOpenNoOtherRoute() throws Exception {
    try (TestServer closed = TestServer.answeringBy(inference, "a-key-of-mine")) {
      for (String path : List.of("/v1%2Fmodels", "/health%2F..%2Fmetrics", "/health%2Fx", "/trajectories/..%2F..%2Fx", "/%2Fhealth")) {
        assertEquals(401, closed.get(path).status(), path);
        int status = closed.send(closed.request(path).header("Authorization", "Bearer a-key-of-mine")).status();
        assertEquals(404, status, path);
      }
    }
  }

  @Test
  void usesTheModelThatIsNamed() throws Exception {
    chatWith("\"model\":\"org/other-model\"");
    assertEquals(Optional.of(ScriptedInference.OTHER_MODEL), inference.lastRequest().model());
    chatWith("\"model\":\"rlm\"");
    assertEquals(Optional.empty(), inference.lastRequest().model());
    assertError(404, "model_not_found", "model", chatWith("\"model\":\"gpt-9\""));
  }

  @Test
  void saysThatABudgetStoppedIt() throws Exception {
    inference.does(
        (id, _, listener) -> {
          ScriptedInference.begin(id, listener);
          return ScriptedInference.end(id, listener, StopReason.ITERATIONS, "so far", "20 turns");
        });
    JsonNode json = chat(HELLO).json();
    assertEquals("length", json.at("/choices/0/finish_reason").asText());
    assertEquals("so far", json.at("/choices/0/message/content").asText());
    assertEquals("iterations", json.at("/rlm/reason").asText());
    List<JsonNode> chunks = chunks(chatWith("\"stream\":true").body());
    assertEquals("length", chunks.getLast().at("/choices/0/finish_reason").asText());
    assertEquals("so far", joined(chunks, "content"));
  }

  @Test
  void saysThatARunFailed() throws Exception {
    inference.does(
        (id, _, listener) -> {
          ScriptedInference.begin(id, listener);
          return ScriptedInference.end(id, listener, StopReason.MODEL_FAILED, "half", "the provider is down");
        });
    TestServer.Answer answer = chat(HELLO);
    assertError(502, "run_failed", "null", answer);
    assertTrue(answer.body().contains("the provider is down"), answer.body());
    assertEquals("half", answer.json().at("/rlm/answer").asText());
    assertEquals("false", answer.header("x-should-retry"));
    TestServer.Answer streamed = chatWith("\"stream\":true");
    assertEquals(200, streamed.status());
    assertEquals("run_failed", chunks(streamed.body()).getLast().at("/error/code").asText());
  }

  @Test
  void streamsWhileItWorks() throws Exception {
    TestServer.Answer answer = chatWith("\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    assertEquals(200, answer.status());
    assertTrue(answer.header("Content-Type").startsWith("text/event-stream"), answer.header("Content-Type"));
    List<JsonNode> chunks = chunks(answer.body());
    assertEquals(1, chunks.stream().map(chunk -> chunk.path("id").asText() + chunk.path("created")).distinct().count());
    assertTrue(chunks.stream().allMatch(chunk -> chunk.path("object").asText().equals("chat.completion.chunk")));
    assertTrue(chunks.stream().allMatch(chunk -> chunk.path("model").asText().equals(ScriptedInference.MODEL)));
    assertEquals("assistant", chunks.getFirst().at("/choices/0/delta/role").asText());
    assertEquals("42", joined(chunks, "content"));
    String reasoning = joined(chunks, "reasoning_content");
    assertTrue(reasoning.contains("print(len(context))"), reasoning);
    assertTrue(reasoning.contains("````\n6 ```\n````"), reasoning);
    assertTrue(reasoning.contains("*sub-call 1, test-model:* What is it? → a number"), reasoning);
    assertTrue(reasoning.contains("*loop 1 begins, at depth 2, with test-model:* count them"), reasoning);
    assertFalse(reasoning.contains("loop 0"), reasoning);
    JsonNode usage = chunks.getLast();
    assertEquals(0, usage.path("choices").size());
    assertEquals(480, usage.at("/usage/total_tokens").asInt());
    JsonNode last = chunks.get(chunks.size() - 2);
    assertEquals("stop", last.at("/choices/0/finish_reason").asText());
    assertEquals(2, last.at("/rlm/sub_calls").asInt());
    assertTrue(chunks.subList(0, chunks.size() - 1).stream().allMatch(chunk -> chunk.path("usage").isNull()));
    assertFalse(chatWith("\"stream\":true").body().contains("\"usage\":null"));
  }

  @Test
  void sendsEachStepAsItHappensAndSignsOfLifeInBetween() throws Exception {
    CountDownLatch heard = new CountDownLatch(1);
    inference.does(
        (id, _, listener) -> {
          ScriptedInference.begin(id, listener);
          listener.on(ScriptedInference.turn(0, 1, "I think."));
          assertTrue(heard.await(30, TimeUnit.SECONDS));
          return ScriptedInference.end(id, listener, StopReason.ANSWERED, "42", "");
        });
    try (Socket socket = streaming()) {
      StringBuilder read = new StringBuilder();
      while (read.indexOf("I think.") < 0 || read.indexOf(": keep-alive") < 0) {
        read.append((char) socket.getInputStream().read());
      }
      heard.countDown();
      while (read.indexOf("[DONE]") < 0) {
        read.append((char) socket.getInputStream().read());
      }
    }
  }

  private Socket streaming() throws IOException {
    return connected("{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]}");
  }

  private Socket connected(String body) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(30_000);
    socket
        .getOutputStream()
        .write(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(body.length(), body)
                .getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]}"
      })
  void breaksOffTheRunOfAClientThatIsGone(String body) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch brokenOff = new CountDownLatch(1);
    inference.does(
        (id, _, listener) -> {
          ScriptedInference.begin(id, listener);
          begun.countDown();
          try {
            Thread.sleep(Duration.ofMinutes(1));
          } catch (InterruptedException e) {
            brokenOff.countDown();
            throw e;
          }
          throw new AssertionError("nobody broke it off");
        });
    try (Socket socket = connected(body)) {
      assertTrue(begun.await(30, TimeUnit.SECONDS));
      assertFalse(socket.isClosed());
    }
    assertTrue(brokenOff.await(30, TimeUnit.SECONDS));
  }

  @Test
  void tellsOfAFaultInTheMiddleOfAStream() throws Exception {
    inference.does(
        (id, _, listener) -> {
          ScriptedInference.begin(id, listener);
          throw new IllegalStateException("a fault");
        });
    TestServer.Answer answer = chatWith("\"stream\":true");
    assertEquals(200, answer.status());
    JsonNode error = chunks(answer.body()).getLast().path("error");
    assertEquals("internal_error", error.path("code").asText());
    assertFalse(error.path("message").asText().contains("a fault"), answer::body);
  }

  @Test
  void tellsOfAFaultBeforeTheStreamByItsStatus() throws Exception {
    inference.does(
        (_, _, _) -> {
          throw new IllegalStateException("a fault");
        });
    assertError(500, "internal_error", "null", chatWith("\"stream\":true"));
  }

  @Test
  void saysErrorsAsItsClientsReadThem() throws Exception {
    assertError(400, "invalid_json", "null", chat("{"));
    assertError(404, "not_found", "null", server.get("/v1/embeddings"));
    assertError(405, "method_not_allowed", "null", server.get("/v1/chat/completions"));
    assertError(
        415,
        "unsupported_media_type",
        "null",
        server.send(server.request("/v1/chat/completions").POST(HttpRequest.BodyPublishers.ofString("{}"))));
  }

  @Test
  void asksForAKeyAsItsClientsExpect() throws Exception {
    try (TestServer closed = TestServer.answeringBy(inference, "a-key-of-mine")) {
      assertError(401, "invalid_api_key", "null", closed.get("/v1/models"));
      assertEquals(
          200, closed.send(closed.request("/v1/models").header("Authorization", "Bearer a-key-of-mine")).status());
    }
  }

  @Test
  void saysThatThereIsNoModel() throws Exception {
    try (TestServer without = TestServer.open()) {
      assertError(503, "inference_unavailable", "null", without.get("/v1/models"));
      assertError(
          503,
          "inference_unavailable",
          "null",
          without.send(
              without
                  .request("/v1/chat/completions")
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(HELLO))));
    }
  }
}
