package dev.rlm.engine.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.CapturedLog;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.Executions;
import dev.rlm.engine.execution.OverloadedException;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP interface, over a real server. */
@Timeout(60)
final class ApiServerTest {

  private static final String KEY = "0123456789abcdef";

  private static final TestServer SERVER = TestServer.open();
  private static final TestServer KEYED = TestServer.withKeys(KEY, "another-key-of-mine");

  @AfterAll
  static void stop() {
    SERVER.close();
    KEYED.close();
  }

  @BeforeEach
  void reset() {
    SERVER.commands().clear();
    SERVER.executes(_ -> Executions.of(new Outcome.Completed()));
    SERVER.is(TestServer.readiness(true, "ok"));
  }

  // What a caller gets.

  @Test
  void answersWithTheSixFieldsOfTheSeedAndTheDocumentedOnes() throws Exception {
    Map<String, @Nullable Object> locals = new LinkedHashMap<>();
    locals.put("x", 42);
    locals.put("y", 58);
    locals.put("result", 100);
    SERVER.executes(_ -> Executions.completed(locals));
    TestServer.Answer answer =
        SERVER.execute("{\"code\":\"print(\\\"Hello\\\")\\nx = 42\",\"context\":{},\"timeout\":30}");
    assertEquals(200, answer.status(), answer::body);
    assertEquals("application/json", answer.header("Content-Type"));
    assertEquals(
        """
        {"success":true,"stdout":"Hello\\n","stderr":"","locals":{"x":42,"y":58,"result":100},\
        "execution_time":0.004000,\
        "error":null,"result":null,"execution_id":"00000000-0000-4000-8000-000000000000","outcome":"completed",\
        "exit_code":0,"truncated":false,"findings":[],\
        "isolation":{"runtime":"runsc","version":"release-20240729.0","network":"none"},\
        "usage":{"wall_ms":4.000,"cpu_ms":3.000,"memory_peak_bytes":12345678},\
        "timing":{"queue_ms":0.000,"start_ms":250.000,"warm":false}}""",
        answer.body());
    assertEquals(
        List.of(new ExecutionCommand("print(\"Hello\")\nx = 42", Optional.of(new GuestContext.Json("{}")), Duration.ofSeconds(30), HostCalls.NONE)),
        SERVER.commands());
  }

  @Test
  void answersNullForWhatIsNotKnown() throws Exception {
    JsonNode answer = SERVER.answering(Executions.unmeasured()).json();
    assertTrue(answer.at("/usage/cpu_ms").isNull());
    assertTrue(answer.at("/usage/memory_peak_bytes").isNull());
    assertTrue(answer.at("/truncated").booleanValue());
    assertEquals("none", answer.at("/isolation/runtime").textValue());
    assertEquals("42", answer.at("/result").textValue());
    assertEquals(
        "{\"rule\":\"github-pat\",\"channel\":\"stdout\",\"offset\":3,\"length\":40,\"decode_chain\":[\"base64\"],"
            + "\"confidence\":\"high\",\"action\":\"redacted\",\"tag\":\"0a1b2c3d\"}",
        answer.at("/findings/0").toString());
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new Outcome.Raised(new ExecutionError("KeyError", "no", "Traceback")), "raised", 1, "KeyError"),
        Arguments.of(new Outcome.TimedOut(Duration.ofSeconds(2), true), "timed_out", null, "TimeLimitExceeded"),
        Arguments.of(new Outcome.OutOfMemory(ByteSize.mebibytes(512)), "out_of_memory", 137, "MemoryLimitExceeded"),
        Arguments.of(new Outcome.OutputLimit(ByteSize.mebibytes(64)), "output_limit", null, "OutputLimitExceeded"),
        Arguments.of(new Outcome.ProcessLimit(50, Optional.empty()), "process_limit", 1, "ProcessLimitExceeded"),
        Arguments.of(new Outcome.Exited(3), "exited", 3, "SystemExit"),
        Arguments.of(new Outcome.Exited(0), "exited", 0, "SystemExit"),
        Arguments.of(new Outcome.SandboxLost("it fell"), "sandbox_lost", null, "SandboxLost"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whatTheCodeDoesWrongIsAnAnswer(Outcome outcome, String label, @Nullable Integer exitCode, String error)
      throws Exception {
    TestServer.Answer answer = SERVER.answering(Executions.of(outcome));
    assertEquals(200, answer.status());
    assertFalse(answer.json().path("success").booleanValue());
    assertEquals(label, answer.json().path("outcome").textValue());
    assertEquals(error, answer.json().at("/error/name").textValue());
    assertTrue(answer.json().at("/error/value").isTextual());
    assertTrue(answer.json().at("/error/traceback").isTextual());
    assertEquals(
        exitCode == null ? "null" : exitCode.toString(), answer.json().path("exit_code").toString());
  }

  @Test
  void writesVariablesAsTheyAre() throws Exception {
    Map<String, @Nullable Object> locals = new LinkedHashMap<>();
    locals.put("camelCase_and_Snake", Arrays.asList(null, true, 1.5, new BigInteger("9".repeat(4_300))));
    locals.put("emoji 😀", "\u0000\u2028ü😀");
    JsonNode answer = SERVER.answering(Executions.completed(locals)).json();
    assertEquals("[null,true,1.5," + "9".repeat(4_300) + "]", answer.at("/locals/camelCase_and_Snake").toString());
    assertEquals("\u0000\u2028ü😀", answer.at("/locals").get("emoji 😀").textValue());
  }

  /** Whoever is in the sandbox must not be able to turn an answer into an error of the engine's. */
  @ParameterizedTest
  @ValueSource(strings = {"\ud800", "x\udc00y", "\udc00\ud800"})
  void answersAlsoWhenTextIsNoUnicode(String text) throws Exception {
    Map<String, @Nullable Object> locals = new LinkedHashMap<>();
    locals.put("value", text);
    locals.put(text, List.of(text));
    assertEquals(200, SERVER.answering(Executions.completed(locals)).status());
  }

  @Test
  void passesTheContextOnWithoutChangingIt() throws Exception {
    SERVER.execute(
        "{\"code\":\"\",\"context\":{\"n\":1.000000000000000000001,\"e\":1E400,\"s\":\"ü\\u0000\",\"z\":[null]}}");
    assertEquals(
        Optional.of(
            new GuestContext.Json("{\"n\":1.000000000000000000001,\"e\":1E+400,\"s\":\"ü\\u0000\",\"z\":[null]}")),
        SERVER.commands().getFirst().context());
    SERVER.execute("{\"code\":\"\",\"context\":null}");
    assertEquals(Optional.of(new GuestContext.Json("null")), SERVER.commands().get(1).context());
    SERVER.execute("{\"code\":\"\"}");
    assertEquals(Optional.empty(), SERVER.commands().get(2).context());
  }

  @ParameterizedTest
  @CsvSource(
      {
        "30, PT30S", "300, PT5M", "0.5, PT0.5S", "1e1, PT10S", "0.0000001, PT0.001S", "1e-400, PT0.001S",
        "null, PT30S"
      })
  void readsTheTimeoutInSeconds(String timeout, Duration expected) throws Exception {
    assertEquals(200, SERVER.execute("{\"code\":\"\",\"timeout\":%s}".formatted(timeout)).status());
    assertEquals(expected, SERVER.commands().getFirst().timeout());
  }

  @Test
  void usesTheDefaultTimeoutWhereNoneIsAskedFor() throws Exception {
    SERVER.execute("{\"code\":\"\"}");
    assertEquals(TestServer.TIMEOUT, SERVER.commands().getFirst().timeout());
  }

  // What a caller does wrong.

  static Stream<Arguments> wrongBodies() {
    return Stream.of(
        Arguments.of("", "invalid_json", "the body is empty"),
        Arguments.of("   ", "invalid_json", "the body is empty"),
        Arguments.of("{", "invalid_json", "the body is not JSON"),
        Arguments.of("{\"code\":\"x\"", "invalid_json", "(start marker at line: 1, column: 1)"),
        Arguments.of("{\"code\":\"x\"} {}", "invalid_json", "the body is not JSON"),
        Arguments.of("{\"code\":\"x\"}garbage", "invalid_json", "the body is not JSON"),
        Arguments.of("{code:\"x\"}", "invalid_json", "the body is not JSON"),
        Arguments.of("{'code':'x'}", "invalid_json", "the body is not JSON"),
        Arguments.of("{\"code\":\"x\",}", "invalid_json", "the body is not JSON"),
        Arguments.of("{\"code\":\"x\",\"code\":\"y\"}", "invalid_json", "Duplicate field 'code'"),
        Arguments.of("{\"code\":\"x\",\"context\":{\"a\":1,\"a\":2}}", "invalid_json", "Duplicate field 'a'"),
        Arguments.of("{\"code\":\"x\",\"context\":NaN}", "invalid_json", "the body is not JSON"),
        Arguments.of("{\"code\":\"x\",\"context\":Infinity}", "invalid_json", "the body is not JSON"),
        Arguments.of("{\"code\":\"x\",\"context\":" + "[".repeat(201) + "]".repeat(201) + "}", "invalid_json", "nest"),
        Arguments.of("[".repeat(90_000), "invalid_json", "nesting"),
        Arguments.of("{\"code\":\"x\",\"context\":" + "9".repeat(90_000) + "}", "invalid_json", "the body is not JSON"),
        Arguments.of("{\"code\":\"x\",\"timeout\":1e99999999999}", "invalid_json", ""),
        Arguments.of("{\"code\":\"x\",\"context\":1e99999999999}", "invalid_json", ""),
        Arguments.of("null", "invalid_request", "the body is null"),
        Arguments.of("[]", "invalid_request", "the body is a list"),
        Arguments.of("\"x\"", "invalid_request", "the body is text"),
        Arguments.of("1", "invalid_request", "the body is a number"),
        Arguments.of("true", "invalid_request", "the body is true or false"),
        Arguments.of("{}", "invalid_request", "the field \"code\" is missing"),
        Arguments.of("{\"context\":{}}", "invalid_request", "the field \"code\" is missing"),
        Arguments.of("{\"code\":null}", "invalid_request", "the field \"code\" is null"),
        Arguments.of("{\"code\":1}", "invalid_request", "the field \"code\" is a number"),
        Arguments.of("{\"code\":[\"x\"]}", "invalid_request", "the field \"code\" is a list"),
        Arguments.of("{\"code\":{}}", "invalid_request", "the field \"code\" is an object"),
        Arguments.of("{\"code\":\"x\",\"timeout\":0}", "invalid_request", "the timeout of 0 s"),
        Arguments.of("{\"code\":\"x\",\"timeout\":-0.0}", "invalid_request", "the timeout of"),
        Arguments.of("{\"code\":\"x\",\"timeout\":-1}", "invalid_request", "the timeout of -1 s"),
        Arguments.of("{\"code\":\"x\",\"timeout\":300.001}", "invalid_request", "at most 300 s"),
        Arguments.of("{\"code\":\"x\",\"timeout\":1e309}", "invalid_request", "at most 300 s"),
        Arguments.of("{\"code\":\"x\",\"timeout\":1e999999999}", "invalid_request", "at most 300 s"),
        Arguments.of("{\"code\":\"x\",\"timeout\":\"30\"}", "invalid_request", "the field \"timeout\" is text"),
        Arguments.of("{\"code\":\"x\",\"timeout\":true}", "invalid_request", "the field \"timeout\" is true or false"),
        Arguments.of("{\"code\":\"x\",\"timeout\":[]}", "invalid_request", "the field \"timeout\" is a list"),
        Arguments.of("{\"code\":\"x\",\"timeouts\":1}", "unknown_field", "unknown field \"timeouts\""),
        Arguments.of("{\"Code\":\"x\"}", "unknown_field", "the fields are code, context, context_id, timeout"));
  }

  @ParameterizedTest
  @MethodSource("wrongBodies")
  void saysWhatIsWrongWithABody(String body, String code, String detail) throws Exception {
    TestServer.Answer answer = SERVER.execute(body);
    JsonNode problem = problem(answer, 400, code);
    assertTrue(problem.path("detail").textValue().contains(detail), problem::toString);
    assertEquals(List.of(), SERVER.commands(), "it must not reach the executor");
  }

  @Test
  void refusesABodyThatIsNotUtf8() throws Exception {
    byte[] body = "{\"code\":\"ü\"}".getBytes(StandardCharsets.ISO_8859_1);
    problem(SERVER.execute(body), 400, "invalid_json");
  }

  /** No guest can be sent such text, and the engine must not fail over it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"code\":\"\\ud800\"}",
        "{\"code\":\"\",\"context\":\"\\udc00\"}",
        "{\"code\":\"\",\"context\":[{\"a\":\"x\\ud800y\"}]}",
        "{\"code\":\"\",\"context\":{\"\\ud800\":1}}"
      })
  void refusesTextThatIsNoUnicode(String body) throws Exception {
    problem(SERVER.execute(body), 400, "invalid_json");
    assertEquals(List.of(), SERVER.commands());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", "json",
        "application/json+x"
      })
  void refusesOtherContentTypes(String type) throws Exception {
    TestServer.Answer answer =
        SERVER.send(
            SERVER
                .request("/execute")
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString("{\"code\":\"\"}")));
    problem(answer, 415, "unsupported_media_type");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json", "application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8"
      })
  void readsJsonHoweverItIsSpelled(String type) throws Exception {
    TestServer.Answer answer =
        SERVER.send(
            SERVER
                .request("/execute")
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString("{\"code\":\"\"}")));
    assertEquals(200, answer.status());
  }

  @Test
  void refusesABodyWithoutContentType() throws Exception {
    TestServer.Answer answer =
        SERVER.send(SERVER.request("/execute").POST(HttpRequest.BodyPublishers.ofString("{\"code\":\"\"}")));
    assertTrue(problem(answer, 415, "unsupported_media_type").path("detail").textValue().contains("missing"));
  }

  @Test
  void refusesACompressedBody() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write("{\"code\":\"\"}".getBytes(StandardCharsets.UTF_8));
    }
    TestServer.Answer answer =
        SERVER.send(
            SERVER
                .request("/execute")
                .header("Content-Type", "application/json")
                .header("Content-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes.toByteArray())));
    problem(answer, 415, "unsupported_media_type");
  }

  @Test
  void readsABodyOfTheLargestSizeAndNoLarger() throws Exception {
    String frame = "{\"code\":\"\"}";
    String most = "x".repeat((int) TestServer.MAX_BODY.bytes() - frame.length());
    assertEquals(200, SERVER.execute("{\"code\":\"" + most + "\"}").status());
    String refused = announcing(TestServer.MAX_BODY.bytes() + 1);
    assertTrue(refused.startsWith("HTTP/1.1 413 "), refused);
    assertTrue(refused.contains("RLM_MAX_BODY"), refused);
    assertEquals(1, SERVER.commands().size());
  }

  @Test
  void refusesABodyThatIsTooLargeAndDoesNotSayHowLargeItIs() throws Exception {
    byte[] body = "x".repeat((int) TestServer.MAX_BODY.bytes() + 1).getBytes(StandardCharsets.UTF_8);
    TestServer.Answer answer =
        SERVER.send(
            SERVER
                .request("/execute")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));
    problem(answer, 413, "body_too_large");
    assertEquals(List.of(), SERVER.commands());
  }

  @Test
  void refusesABodyByItsAnnouncedLengthWithoutReadingIt() {
    String answer = announcing(999_999_999_999L);
    assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
    assertTrue(answer.contains("\"code\":\"body_too_large\""), answer);
  }

  /** Sends no more of a body than its length: who is refused while he still sends may lose the answer. */
  private static String announcing(long length) {
    return SERVER.raw(
        "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + "Content-Length: "
            + length
            + "\r\n\r\n");
  }

  // What a caller cannot have.

  @Test
  void answersOfUnknownPathsAndMethodsAreProblemsToo() throws Exception {
    problem(SERVER.get("/"), 404, "not_found");
    problem(SERVER.get("/nowhere?x=%0a"), 404, "not_found");
    problem(SERVER.get("/execute/more"), 404, "not_found");
    problem(SERVER.send(SERVER.request("/nowhere").POST(HttpRequest.BodyPublishers.ofString("{}"))), 404, "not_found");
    problem(SERVER.get("/execute"), 405, "method_not_allowed");
    problem(SERVER.send(SERVER.request("/health").DELETE()), 405, "method_not_allowed");
    problem(SERVER.send(SERVER.request("/ready").PUT(HttpRequest.BodyPublishers.noBody())), 405, "method_not_allowed");
    problem(
        SERVER.send(SERVER.request("/execute").method("PATCH", HttpRequest.BodyPublishers.noBody())),
        405,
        "method_not_allowed");
    problem(
        SERVER.send(SERVER.request("/execute").method("OPTIONS", HttpRequest.BodyPublishers.noBody())),
        405,
        "method_not_allowed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /%zz HTTP/1.1\r\nHost: localhost", "GET / HTTP/1.1", "GET /\u0001 HTTP/1.1\r\nHost: localhost",
        "GET /x HTTP/1.1\r\nHost: localhost\r\nX-Long: LONG",
        "GET /..%2f..%2fetc/passwd HTTP/1.1\r\nHost: localhost", "NONSENSE"
      })
  void whatIsNoHttpIsRefusedWithoutSayingWhoRefusesIt(String request) {
    String answer =
        SERVER.raw(request.replace("LONG", "x".repeat(20_000)) + "\r\nConnection: close\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 4"), answer);
    assertFalse(answer.toLowerCase(Locale.ROOT).contains("jetty"), answer);
    assertFalse(answer.contains("\tat "), answer);
    assertTrue(answer.contains("application/problem+json"), answer);
  }

  @Test
  void aBodyThatBreaksOffReachesNobody() {
    String answer =
        SERVER.raw(
            "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
                + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{");
    assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
    assertEquals(List.of(), SERVER.commands());
  }

  // What the engine cannot do.

  @ParameterizedTest
  @CsvSource({"QUEUE_FULL, 429, overloaded", "QUEUE_TIMEOUT, 429, overloaded", "STOPPING, 503, stopping"})
  void saysWhenToTryAgain(OverloadedException.Reason reason, int status, String code) throws Exception {
    TestServer.Answer answer = SERVER.failing(Executions.overloaded(reason));
    problem(answer, status, code);
    assertEquals("7", answer.header("Retry-After"));
  }

  @ParameterizedTest
  @EnumSource
  void saysThatNoSandboxCanBeHad(SandboxUnavailableException.Reason reason) throws Exception {
    TestServer.Answer answer = SERVER.failing(new SandboxUnavailableException(reason, "run ./rlm setup"));
    String code = reason == SandboxUnavailableException.Reason.IMAGE ? "image_untrusted" : "sandbox_unavailable";
    assertEquals("run ./rlm setup", problem(answer, 503, code).path("detail").textValue());
    assertEquals("5", answer.header("Retry-After"));
  }

  @Test
  void saysThatItIsStoppingWhenAnExecutionIsInterrupted() throws Exception {
    SERVER.executes(
        _ -> {
          throw new InterruptedException();
        });
    problem(SERVER.execute("{\"code\":\"\"}"), 503, "stopping");
  }

  @Test
  void keepsItsOwnFaultsToItsLog() throws Exception {
    try (CapturedLog log = new CapturedLog(Errors.class)) {
      TestServer.Answer answer = SERVER.failing(new IllegalStateException("secret detail"));
      JsonNode problem = problem(answer, 500, "internal_error");
      assertFalse(answer.body().contains("secret detail"), answer.body());
      assertFalse(answer.body().contains("Exception"), answer.body());
      assertTrue(log.text().contains("secret detail"), log::text);
      assertTrue(log.text().contains(problem.path("request_id").textValue()), log::text);
    }
  }

  @Test
  void keepsItsOwnErrorsToItsLogAsWell() throws Exception {
    SERVER.executes(
        _ -> {
          throw new AssertionError("secret detail");
        });
    TestServer.Answer answer = SERVER.execute("{\"code\":\"\"}");
    problem(answer, 500, "internal_error");
    assertFalse(answer.body().contains("secret detail"), answer.body());
  }

  @Test
  void isReadyOrSaysWhyNot() throws Exception {
    TestServer.Answer ready = SERVER.get("/ready");
    assertEquals(200, ready.status());
    assertEquals(
        """
        {"ready":true,"checks":{"sandboxes":"ok"},\
        "isolation":{"runtime":"runsc","version":"release-20240729.0","network":"none"},\
        "pool":{"size":4,"idle":3,"making":1,"leased":0,"waiting":0}}""",
        ready.body());
    SERVER.is(TestServer.readiness(false, "the daemon is gone"));
    TestServer.Answer not = SERVER.get("/ready");
    assertEquals(503, not.status());
    assertEquals("5", not.header("Retry-After"));
    assertEquals("the daemon is gone", not.json().at("/checks/sandboxes").textValue());
  }

  @Test
  void isHealthyAsLongAsItAnswers() throws Exception {
    TestServer.Answer answer = SERVER.get("/health");
    assertEquals(200, answer.status());
    assertEquals("{\"status\":\"ok\"}", answer.body());
  }

  @Test
  void showsItsMeters() throws Exception {
    TestServer.Answer answer = SERVER.get("/metrics");
    assertEquals(200, answer.status());
    assertTrue(answer.header("Content-Type").startsWith("text/plain"), answer.header("Content-Type"));
    assertEquals("# HELP rlm_execution\n", answer.body());
  }

  @Test
  void saysNothingOfWhatItIsMadeOf() throws Exception {
    assertEquals("", SERVER.get("/health").header("Server"));
    assertEquals("", SERVER.get("/nowhere").header("Server"));
  }

  // Names of requests.

  @ParameterizedTest
  @ValueSource(strings = {"a", "abc-1.2_3", "0"})
  void echoesTheNameOfARequest(String id) throws Exception {
    TestServer.Answer answer = SERVER.send(SERVER.request("/health").header("X-Request-ID", id));
    assertEquals(id, answer.header("X-Request-ID"));
    answer = SERVER.send(SERVER.request("/nowhere").header("X-Request-ID", id));
    assertEquals(id, answer.header("X-Request-ID"));
    assertEquals(id, answer.json().path("request_id").textValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a\"b", "<script>", "${jndi:ldap://x}", "a/b", "ü"})
  void replacesANameThatIsNotHarmless(String id) throws Exception {
    String answer =
        SERVER.raw("GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-ID: " + id + "\r\n\r\n");
    String given = header(answer, "X-Request-ID");
    assertTrue(given.matches("[0-9a-f-]{36}"), answer);
    assertTrue(answer.contains("\"request_id\":\"" + given + "\""), answer);
  }

  @Test
  void replacesANameThatIsTooLong() throws Exception {
    String longest = "x".repeat(128);
    assertEquals(
        longest, SERVER.send(SERVER.request("/health").header("X-Request-ID", longest)).header("X-Request-ID"));
    assertNotEquals(
        longest + "x",
        SERVER.send(SERVER.request("/health").header("X-Request-ID", longest + "x")).header("X-Request-ID"));
  }

  @Test
  void givesEachRequestANameOfItsOwn() throws Exception {
    assertNotEquals(SERVER.get("/health").header("X-Request-ID"), SERVER.get("/health").header("X-Request-ID"));
  }

  // Who may call.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost", "localhost:8000", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8000", "LocalHost:80"
      })
  void answersToTheNamesOfThisMachine(String host) {
    assertTrue(raw(SERVER, host, "").startsWith("HTTP/1.1 200 "), host);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0",
        "10.0.0.1", "[::2]"
      })
  void refusesNamesThatLeadHereFromElsewhere(String host) {
    String answer = raw(SERVER, host, "");
    assertTrue(answer.startsWith("HTTP/1.1 421 "), answer);
    assertTrue(answer.contains("\"code\":\"wrong_host\""), answer);
  }

  @Test
  void refusesARequestWithoutAHost() {
    String answer = SERVER.raw("GET /health HTTP/1.0\r\n\r\n");
    assertTrue(answer.contains(" 421 ") || answer.contains(" 400 "), answer);
  }

  @Test
  void answersToNamesThatTheOperatorAllows() {
    try (TestServer named = TestServer.answeringTo("engine.internal")) {
      assertTrue(raw(named, "engine.internal:8000", "").startsWith("HTTP/1.1 200 "));
      assertTrue(raw(named, "other.internal", "").startsWith("HTTP/1.1 421 "));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://localhost:3000", "http://127.0.0.1", "http://[::1]:8000", "HTTP://LOCALHOST"})
  void servesPagesOfThisMachine(String origin) {
    assertTrue(raw(SERVER, "localhost", "Origin: " + origin + "\r\n").startsWith("HTTP/1.1 200 "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.example", "https://localhost.evil.example", "null", "", "file://",
        "http://localhost@evil.example", "http://evil.example#localhost", "not an origin", "http://"
      })
  void refusesPagesOfOthers(String origin) {
    String answer = raw(SERVER, "localhost", "Origin: " + origin + "\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 403 "), answer);
    assertTrue(answer.contains("\"code\":\"forbidden_origin\""), answer);
    assertFalse(answer.contains("Access-Control"), answer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/execute", "/ready", "/metrics", "/openapi.yaml", "/nowhere"})
  void asksForAKeyWhereThereIsOne(String path) throws Exception {
    TestServer.Answer answer = KEYED.get(path);
    problem(answer, 401, "unauthorized");
    assertEquals("Bearer", answer.header("WWW-Authenticate"));
  }

  @Test
  void asksForAKeyBeforeItReadsABody() throws Exception {
    problem(KEYED.execute("{"), 401, "unauthorized");
    assertEquals(List.of(), KEYED.commands());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer 0123456789abcdee", "Bearer 0123456789abcde", "Bearer 0123456789abcdef0", "Bearer", "Bearer ",
        "0123456789abcdef", "Basic 0123456789abcdef", "Bearer 0123456789ABCDEF",
        "Bearer 0123456789abcdef,another-key-of-mine"
      })
  void refusesAWrongKey(String authorization) throws Exception {
    TestServer.Answer answer = KEYED.send(KEYED.request("/ready").header("Authorization", authorization));
    problem(answer, 401, "unauthorized");
    assertFalse(answer.body().contains("0123456789"), answer.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {KEY, "another-key-of-mine"})
  void letsEachKeyIn(String key) throws Exception {
    TestServer.Answer answer = KEYED.send(KEYED.request("/ready").header("Authorization", "Bearer " + key));
    assertEquals(200, answer.status(), answer::body);
  }

  /** A server that caches header fields by their text in whatever case would mix up these two. */
  @Test
  void tellsUpperCaseFromLowerCaseWithinOneConnection() {
    String right = "GET /ready HTTP/1.1\r\nHost: x\r\nX-Request-ID: name\r\nAuthorization: Bearer " + KEY + "\r\n\r\n";
    String wrong = right.replace(KEY, KEY.toUpperCase(Locale.ROOT)).replace("name", "NAME");
    String last = "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assertEquals(
        List.of("200 name", "401 NAME", "200 name"), statusesAndNames(KEYED.raw(right + wrong + right + last)));
    assertEquals(
        List.of("401 NAME", "200 name", "401 NAME"), statusesAndNames(KEYED.raw(wrong + right + wrong + last)));
  }

  private static List<String> statusesAndNames(String answers) {
    List<String> found = new ArrayList<>();
    for (String answer : answers.split("HTTP/1\\.1 ", -1)) {
      if (!answer.isEmpty()) {
        found.add(answer.substring(0, 3) + " " + header(answer, "X-Request-ID"));
      }
    }
    return found.subList(0, found.size() - 1);
  }

  @Test
  void asksForNoKeyToSayThatItLives() throws Exception {
    assertEquals(200, KEYED.get("/health").status());
    problem(KEYED.get("/health/../ready"), 401, "unauthorized");
    problem(KEYED.get("/health/"), 401, "unauthorized");
    assertEquals(400, KEYED.get("//health").status());
    problem(KEYED.get("/ready;/health"), 401, "unauthorized");
  }

  @Test
  void answersToAnyNameWhereThereIsAKey() {
    assertTrue(raw(KEYED, "engine.example", "").startsWith("HTTP/1.1 200 "));
  }

  // Many at once.

  @Test
  void servesManyCallersAtOnce() throws Exception {
    CountDownLatch all = new CountDownLatch(100);
    SERVER.executes(
        _ -> {
          all.countDown();
          all.await(); // Nobody is answered before everybody has been heard.
          return Executions.of(new Outcome.Completed());
        });
    List<FutureTask<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      var call = new FutureTask<>(() -> SERVER.execute("{\"code\":\"\"}").status());
      Thread.ofVirtual().start(call);
      calls.add(call);
    }
    for (var call : calls) {
      assertEquals(200, call.get());
    }
  }

  @Test
  void stopsListeningWhenItIsClosed() throws Exception {
    TestServer other = TestServer.open();
    int port = other.port();
    other.close();
    assertThrows(
        IOException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
  }

  private static String raw(TestServer server, String host, String headers) {
    return server.raw("GET /health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + headers + "\r\n");
  }

  private static String header(String answer, String name) {
    return answer
        .lines()
        .filter(line -> line.regionMatches(true, 0, name + ": ", 0, name.length() + 2))
        .findFirst()
        .map(line -> line.substring(name.length() + 2))
        .orElse("");
  }

  private static JsonNode problem(TestServer.Answer answer, int status, String code) {
    assertEquals(status, answer.status(), answer::body);
    assertEquals("application/problem+json", answer.header("Content-Type"));
    JsonNode problem = answer.json();
    assertEquals(
        List.of("type", "title", "status", "detail", "code", "request_id"),
        problem.properties().stream().map(Map.Entry::getKey).toList());
    assertEquals("about:blank", problem.path("type").textValue());
    assertEquals(status, problem.path("status").intValue());
    assertEquals(code, problem.path("code").textValue());
    assertFalse(problem.path("title").textValue().isEmpty());
    assertFalse(problem.path("detail").textValue().isEmpty());
    assertEquals(answer.header("X-Request-ID"), problem.path("request_id").textValue());
    assertFalse(answer.body().contains("\\tat "), answer.body());
    return problem;
  }
}
