package dev.rlm.engine.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.rlm.engine.execution.Executions;
import dev.rlm.engine.execution.OverloadedException;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import io.javalin.Javalin;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract against the server: the same routes, and answers as the contract says. */
@Timeout(60)
final class OpenApiTest {

  private static final JsonNode CONTRACT = contract();
  private static final Schema SCHEMA = new Schema(CONTRACT);
  private static final TestServer SERVER = TestServer.open();

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  @Test
  void namesEveryRouteOfTheServerAndNoOther() throws Exception {
    TreeSet<String> documented = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path : CONTRACT.path("paths").properties()) {
      path.getValue().properties().stream()
          .filter(operation -> !operation.getKey().equals("parameters"))
          .forEach(operation -> documented.add(operation.getKey() + " " + path.getKey()));
    }
    assertEquals(documented, routes());
  }

  @Test
  void isServedAsItIs() throws Exception {
    TestServer.Answer answer = SERVER.get("/openapi.yaml");
    assertEquals(200, answer.status());
    assertTrue(answer.header("Content-Type").startsWith("application/yaml"), answer.header("Content-Type"));
    assertEquals(CONTRACT, new ObjectMapper(new YAMLFactory()).readTree(answer.body()));
  }

  static Stream<Outcome> outcomes() {
    ExecutionError error = new ExecutionError("ValueError", "no", "Traceback");
    return Stream.of(
        new Outcome.Completed(),
        new Outcome.Raised(error),
        new Outcome.TimedOut(Duration.ofSeconds(2), true),
        new Outcome.OutOfMemory(ByteSize.mebibytes(512)),
        new Outcome.OutputLimit(ByteSize.mebibytes(64)),
        new Outcome.ProcessLimit(50, Optional.of(error)),
        new Outcome.Exited(3),
        new Outcome.SandboxLost("it fell"));
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void describesEveryAnswerOfAnExecution(Outcome outcome) throws Exception {
    assertDescribed("/execute", "post", SERVER.answering(Executions.of(outcome)));
  }

  @Test
  void describesAnAnswerOfWhichLittleIsKnown() throws Exception {
    assertDescribed("/execute", "post", SERVER.answering(Executions.unmeasured()));
  }

  @Test
  void namesEveryOutcome() {
    assertEquals(
        outcomes().map(Outcome::label).sorted().toList(),
        texts(CONTRACT.at("/components/schemas/Execution/properties/outcome/enum")));
    assertEquals(Outcome.class.getPermittedSubclasses().length, outcomes().count());
  }

  @Test
  void namesEveryErrorCode() {
    assertEquals(
        Arrays.stream(ErrorCode.values()).map(ErrorCode::wireName).sorted().toList(),
        texts(CONTRACT.at("/components/schemas/Problem/properties/code/enum")));
  }

  @Test
  void namesEveryStatusOfAnError() {
    Set<String> statuses = new TreeSet<>();
    CONTRACT.findValues("responses").forEach(responses -> responses.fieldNames().forEachRemaining(statuses::add));
    for (ErrorCode code : ErrorCode.values()) {
      if (code != ErrorCode.NOT_FOUND && code != ErrorCode.METHOD_NOT_ALLOWED) {
        assertTrue(statuses.contains(Integer.toString(code.status())), code::wireName);
      }
    }
  }

  @Test
  void describesEveryError() throws Exception {
    assertDescribed("/execute", "post", SERVER.execute("{"));
    assertDescribed("/execute", "post", SERVER.execute("{}"));
    assertDescribed("/execute", "post", SERVER.execute("{\"code\":\"\",\"x\":1}"));
    assertDescribed(
        "/execute",
        "post",
        SERVER.send(SERVER.request("/execute").POST(HttpRequest.BodyPublishers.ofString("{\"code\":\"\"}"))));
    assertDescribed(
        "/execute", "post", SERVER.failing(Executions.overloaded(OverloadedException.Reason.QUEUE_FULL)));
    assertDescribed("/execute", "post", SERVER.failing(Executions.overloaded(OverloadedException.Reason.STOPPING)));
    assertDescribed(
        "/execute",
        "post",
        SERVER.failing(new SandboxUnavailableException(SandboxUnavailableException.Reason.DAEMON, "gone")));
    assertDescribed("/execute", "post", SERVER.failing(new IllegalStateException("fault")));
  }

  @Test
  void describesTheOtherRoutes() throws Exception {
    for (String path : List.of("/health", "/ready", "/metrics", "/openapi.yaml")) {
      assertDescribed(path, "get", SERVER.get(path));
    }
    SERVER.is(TestServer.readiness(false, "gone"));
    assertDescribed("/ready", "get", SERVER.get("/ready"));
  }

  @Test
  void givesAnExampleOfARequestThatTheServerTakes() throws Exception {
    JsonNode body = CONTRACT.at("/paths/~1execute/post/requestBody/content/application~1json");
    assertEquals(List.of(), SCHEMA.check(body.path("schema"), body.path("example")));
    SERVER.executes(_ -> Executions.of(new Outcome.Completed()));
    assertEquals(200, SERVER.execute(body.path("example").toString()).status());
  }

  @Test
  void theCheckerFindsWhatIsWrong() throws Exception {
    JsonNode schema = CONTRACT.at("/components/schemas/Execution");
    ObjectMapper json = new ObjectMapper();
    String sound = SERVER.answering(Executions.unmeasured()).body();
    assertEquals(List.of(), SCHEMA.check(schema, json.readTree(sound)));
    for (String wrong :
        List.of(
            sound.replace("\"success\":true,", ""),
            sound.replace("\"success\":true", "\"success\":1"),
            sound.replace("\"success\":true", "\"success\":true,\"extra\":1"),
            sound.replace("\"outcome\":\"completed\"", "\"outcome\":\"done\""),
            sound.replace("\"error\":null", "\"error\":{\"name\":\"x\"}"),
            sound.replace("\"exit_code\":0", "\"exit_code\":0.5"),
            sound.replace("\"wall_ms\":", "\"wall\":"),
            sound.replace("\"rule\":", "\"secret\":\"x\",\"rule\":"))) {
      assertFalse(SCHEMA.check(schema, json.readTree(wrong)).isEmpty(), wrong);
    }
  }

  private static void assertDescribed(String path, String method, TestServer.Answer answer) throws IOException {
    JsonNode described =
        CONTRACT.path("paths").path(path).path(method).path("responses").path(Integer.toString(answer.status()));
    assertTrue(described.isObject(), () -> "%s %s: %d is not in the contract".formatted(method, path, answer.status()));
    String type = answer.header("Content-Type").split(";", 2)[0];
    JsonNode content = SCHEMA.resolved(described).path("content").path(type);
    assertTrue(content.isObject(), () -> "%s %s: %s is not in the contract".formatted(method, path, type));
    if (type.endsWith("json")) {
      assertEquals(List.of(), SCHEMA.check(content.path("schema"), answer.json()), answer::body);
    }
    if (SCHEMA.resolved(described).path("headers").has("Retry-After")) {
      assertTrue(answer.header("Retry-After").matches("\\d+"), "Retry-After");
    }
  }

  /** Javalin keeps its routes to itself, and so does our server keep Javalin. */
  private static Set<String> routes() throws ReflectiveOperationException {
    Javalin javalin = (Javalin) field(ApiServer.class, "javalin").get(field(TestServer.class, "server").get(SERVER));
    TreeSet<String> routes = new TreeSet<>();
    // A WebSocket begins as a GET.
    javalin.unsafe.internalRouter.allHttpHandlers().stream()
        .filter(route -> !route.endpoint.method.equals(HandlerType.BEFORE) && !route.endpoint.path.equals("*"))
        .forEach(
            route ->
                routes.add(
                    route.endpoint.method.toString().toLowerCase(Locale.ROOT).replace("websocket_before_upgrade", "get")
                        + " "
                        // The contract has no word for a name with slashes.
                        + route.endpoint.path.replace('<', '{').replace('>', '}')));
    return routes;
  }

  private static Field field(Class<?> type, String name) throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  private static List<String> texts(JsonNode list) {
    TreeSet<String> texts = new TreeSet<>();
    list.forEach(text -> texts.add(text.textValue()));
    return List.copyOf(texts);
  }

  private static JsonNode contract() {
    try (InputStream in = ApiServer.class.getResourceAsStream("/openapi.yaml")) {
      return new ObjectMapper(new YAMLFactory()).readTree(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
