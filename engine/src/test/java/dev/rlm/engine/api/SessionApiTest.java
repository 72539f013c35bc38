package dev.rlm.engine.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.CapturedLog;
import dev.rlm.engine.Eventually;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.OutputListener;
import dev.rlm.engine.sandbox.Results;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions, streams and WebSockets over a real server; the sandboxes do what the tests say. */
@Timeout(60)
final class SessionApiTest {

  private static final String CODE = "{\"code\":\"x\"}";

  private final SessionServer server = new SessionServer();

  @AfterEach
  void close() {
    server.close();
  }

  // Routes and statuses.

  @Test
  void opensShowsListsAndEnds() throws Exception {
    SessionServer.Answer opened = server.post("/session", "{\"context\":{\"a\":1}}");
    assertEquals(201, opened.status());
    String id = opened.json().path("session_id").textValue();
    String path = "/session/" + id;
    assertTrue(id.matches("[0-9a-f]{32}"), id);
    assertEquals(path, opened.header("Location"));
    server.sandbox().has(Optional.of(Map.of("x", "int")));

    JsonNode shown = server.get(path).json();
    assertEquals("{\"x\":\"int\"}", shown.path("variables").toString());
    assertEquals(0, shown.path("executions").intValue());
    assertTrue(shown.path("age_seconds").isNumber() && shown.path("idle_seconds").isNumber());
    assertEquals(id, server.get("/session").json().at("/sessions/0/session_id").textValue());
    server.sandbox().has(Optional.empty());
    assertTrue(server.get(path).json().path("variables").isNull());

    assertEquals(200, server.post(path + "/execute", CODE).status());
    assertEquals(
        Optional.of(new GuestContext.Json("{\"a\":1}")), server.sandbox().requests().getFirst().context());
    assertEquals(1, server.get(path).json().path("executions").intValue());

    assertEquals(204, server.delete(path).status());
    assertEquals(204, server.delete(path).status());
    assertEquals(204, server.delete("/session/nonsense").status());
    assertTrue(problem(server.get(path), 410, "session_gone").contains("it was closed"));
    problem(server.post(path + "/execute", CODE), 410, "session_gone");
    assertEquals(0, server.get("/session").json().path("sessions").size());
    assertTrue(server.sandbox().closed());
  }

  @Test
  void refusesWhatIsNoRequest() throws Exception {
    String path = server.open();
    problem(server.post("/session", "{\"contexts\":1}"), 400, "unknown_field");
    problem(server.post("/session", "[]"), 400, "invalid_request");
    problem(server.post("/session", "{"), 400, "invalid_json");
    problem(server.post("/session", "{\"context_id\":\"nonsense\"}"), 404, "context_not_found");
    problem(server.post(path + "/execute", "{}"), 400, "invalid_request");
    problem(server.post(path + "/execute", "{\"code\":\"\",\"timeout\":0}"), 400, "invalid_request");
    problem(server.post(path + "/execute", "{\"code\":\"\",\"functions\":[]}"), 400, "unknown_field");
    problem(
        server.send(server.request(path + "/execute").POST(HttpRequest.BodyPublishers.ofString(CODE))),
        415,
        "unsupported_media_type");
    problem(server.post(path, CODE), 405, "method_not_allowed");
    assertEquals(1, server.get("/session").json().path("sessions").size());
  }

  @Test
  void anotherKeysSessionIsUnknown() throws Exception {
    String path = server.open();
    String unknown = "/session/" + "0".repeat(32);
    for (String suffix : List.of("", "/execute")) {
      assertEquals(
          body(foreign(unknown + suffix)), body(foreign(path + suffix)), "it can be told from one that is not there");
    }
    problem(foreign(path), 404, "session_not_found");
    assertEquals(404, handshake(path, SessionServer.OTHER_KEY));
    assertEquals(401, handshake(path, "no-key"));
    assertEquals(404, handshake(unknown, SessionServer.KEY));
    server.delete(path);
    assertEquals(410, handshake(path, SessionServer.KEY));
    problem(foreign(path), 404, "session_not_found");
    assertEquals(401, server.send(HttpRequest.newBuilder(server.request(path).build().uri())).status());
  }

  private SessionServer.Answer foreign(String path) throws InterruptedException {
    HttpRequest.Builder request =
        server.request(path).setHeader("Authorization", "Bearer " + SessionServer.OTHER_KEY);
    return server.send(
        path.endsWith("execute")
            ? request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(CODE))
            : request);
  }

  private int handshake(String path, String key) {
    CompletionException refused = assertThrows(CompletionException.class, () -> server.connect(path, key).close());
    var response = assertInstanceOf(WebSocketHandshakeException.class, refused.getCause()).getResponse();
    assertEquals("application/problem+json", response.headers().firstValue("Content-Type").orElse(""));
    assertFalse(response.headers().firstValue("X-Request-ID").orElse("").isEmpty());
    return response.statusCode();
  }

  @Test
  void saysWhenThereIsNoRoom() throws Exception {
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < SessionServer.MAX_SESSIONS; i++) {
      paths.add(server.open());
    }
    SessionServer.Answer full = server.send(server.request("/session").POST(HttpRequest.BodyPublishers.noBody()));
    problem(full, 429, "too_many_sessions");
    assertFalse(full.header("Retry-After").isEmpty());

    Waiting code = new Waiting();
    List<FutureTask<SessionServer.Answer>> running = new ArrayList<>();
    for (int i = 0; i < SessionServer.MAX_CONCURRENT; i++) {
      running.add(start(paths.get(i)));
    }
    Eventually.holds("all places are taken", () -> server.running() == SessionServer.MAX_CONCURRENT);
    SessionServer.Answer overloaded = server.post(paths.getLast() + "/execute", CODE);
    problem(overloaded, 429, "overloaded");
    assertFalse(overloaded.header("Retry-After").isEmpty());
    SessionServer.Answer busy = server.post(paths.getFirst() + "/execute", "{\"code\":\"x\",\"timeout\":0.001}");
    problem(busy, 409, "session_busy");
    assertFalse(busy.header("Retry-After").isEmpty());
    code.goesOn.countDown();
    for (FutureTask<SessionServer.Answer> one : running) {
      assertEquals(200, one.get().status());
    }
  }

  @Test
  void saysThatItIsStopping() throws Exception {
    String path = server.open();
    server.stop();
    SessionServer.Answer stopping =
        server.send(server.request("/session").POST(HttpRequest.BodyPublishers.noBody()));
    problem(stopping, 503, "stopping");
    assertFalse(stopping.header("Retry-After").isEmpty());
    assertTrue(problem(server.get(path), 410, "session_gone").contains("the engine was stopped"));
  }

  // Events over HTTP.

  @ParameterizedTest
  @ValueSource(strings = {"application/x-ndjson", "text/event-stream"})
  void streamsEventsInOrder(String accept) throws Exception {
    server.does(
        (_, _, listener) -> {
          listener.output(OutputListener.Stream.STDOUT, "one\n");
          listener.output(OutputListener.Stream.STDERR, "two 😀\n");
          return Results.of(new Outcome.Completed(), Optional.of("42"), Map.of("x", 1));
        });
    for (String path : List.of("/execute", server.open() + "/execute")) {
      SessionServer.Answer answer = stream(path, accept);
      assertEquals(200, answer.status());
      assertEquals(accept + ";charset=utf-8", answer.header("Content-Type").toLowerCase(java.util.Locale.ROOT).replace(" ", ""));
      assertEquals("no-store", answer.header("Cache-Control"));
      List<JsonNode> events = events(answer, accept);
      assertEquals(List.of("start", "stdout", "stderr", "result", "end"), types(events));
      assertEquals("one\n", events.get(1).path("text").textValue());
      assertEquals("two 😀\n", events.get(2).path("text").textValue());
      assertEquals("42", events.get(3).path("value").textValue());
      JsonNode end = events.get(4).path("execution");
      assertEquals("", end.path("stdout").textValue());
      assertEquals("{\"x\":1}", end.path("locals").toString());
      assertEquals(events.getFirst().path("execution_id"), end.path("execution_id"));
      for (JsonNode event : events) {
        OpenApiEvents.check(event);
      }
    }
  }

  @Test
  void anErrorComesBeforeTheEnd() throws Exception {
    server.does((_, _, _) -> Results.of(new Outcome.Raised(new ExecutionError("E", "no", "Traceback")), Map.of()));
    List<JsonNode> events = events(stream("/execute", "application/x-ndjson"), "application/x-ndjson");
    assertEquals(List.of("start", "error", "end"), types(events));
    assertEquals("E", events.get(1).path("name").textValue());
    assertFalse(events.get(2).at("/execution/success").booleanValue());
  }

  @Test
  void whatFailsBeforeTheStartIsAStatusAndWhatFailsAfterItAnEnd() throws Exception {
    problem(stream("/session/" + "0".repeat(32) + "/execute", "text/event-stream"), 404, "session_not_found");
    server.does(
        (_, _, _) -> {
          throw new IllegalStateException("a fault");
        });
    List<JsonNode> events = events(stream("/execute", "application/x-ndjson"), "application/x-ndjson");
    assertEquals(List.of("start", "end"), types(events));
    assertEquals("internal_error", events.getLast().at("/problem/code").textValue());
    OpenApiEvents.check(events.getLast());
    server.does(
        (_, _, _) -> {
          throw new InterruptedException();
        });
    events = events(stream("/execute", "application/x-ndjson"), "application/x-ndjson");
    assertEquals("stopping", events.getLast().at("/problem/code").textValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/x-ndjson|NDJSON",
        "text/event-stream|SSE",
        "Text/Event-Stream; q=0.5, application/json|SSE",
        "application/json, text/event-stream|",
        "*/*|",
        "text/html, application/x-ndjson|NDJSON",
        "x|",
      })
  void theFirstKnownTypeThatIsAcceptedCounts(String accept, String format) {
    assertEquals(Optional.ofNullable(format), HttpEvents.Format.ofAccept(accept).map(Enum::name));
  }

  @Test
  void keepsAQuietConnectionAlive() throws Exception {
    Waiting code = new Waiting();
    try (Socket socket = server.socket("/execute", CODE, "application/x-ndjson")) {
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String line = lines.readLine();
      while (!line.contains("keepalive")) {
        line = lines.readLine();
      }
      code.goesOn.countDown();
      while (!line.contains("\"end\"")) {
        line = lines.readLine();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/x-ndjson", "text/event-stream"})
  void aClientThatGoesAwayHasItsCodeInterrupted(String accept) throws Exception {
    Waiting code = new Waiting();
    String session = server.open();
    try (Socket _ = server.socket(session + "/execute", CODE, accept)) {
      code.entered.await();
    }
    code.interrupted.await();
    Eventually.holds("its place is free", () -> server.running() == 0);
    server.does((_, _, _) -> Results.of(new Outcome.Completed(), Map.of()));
    assertEquals(200, server.post(session + "/execute", CODE).status(), "the session lives on");
  }

  @Test
  void aClientThatGoesAwayWhileItWaitsLeavesTheQueue() throws Exception {
    Waiting code = new Waiting();
    String session = server.open();
    FutureTask<SessionServer.Answer> first = start(session);
    code.entered.await();
    try (CapturedLog log = new CapturedLog(Executions.class)) {
      try (Socket waiting = server.socket(session + "/execute", CODE, "application/json")) {
        assertTrue(waiting.isConnected());
      }
      Eventually.holds("it is noticed", () -> log.text().contains("the client went away"));
    }
    code.goesOn.countDown();
    assertEquals(200, first.get().status());
    assertEquals(200, server.post(session + "/execute", CODE).status());
    assertEquals(2, server.sandbox().requests().size(), "code was run for nobody");
  }

  @Test
  void theNextRequestOnAConnectionIsNotTakenForItsEnd() throws Exception {
    Waiting code = new Waiting();
    try (Socket socket = server.socket("/execute", CODE, "application/json")) {
      code.entered.await();
      String next = "GET /session HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n".formatted(SessionServer.KEY);
      socket.getOutputStream().write(next.getBytes(StandardCharsets.US_ASCII));
      try (Socket _ = server.socket("/execute", CODE, "application/json")) {
        Eventually.holds("both run", () -> server.running() == 2);
      }
      // When that one is noticed, the watch has looked at both.
      Eventually.holds("one is interrupted", () -> code.interrupts.get() == 1);
      code.goesOn.countDown();
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      assertEquals("HTTP/1.1 200 OK", lines.readLine());
      String line = lines.readLine();
      while (!line.contains("HTTP/1.1 200 OK")) {
        line = lines.readLine();
      }
    }
    assertEquals(1, code.interrupts.get());
  }

  @Test
  void aClientThatDoesNotReadIsCutOff() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    server.does(
        (_, _, listener) -> {
          while (!Thread.currentThread().isInterrupted()) {
            listener.output(OutputListener.Stream.STDOUT, "no secret at all\n".repeat(1_000));
          }
          interrupted.countDown();
          throw new InterruptedException();
        });
    try (Socket socket = server.socket("/execute", CODE, "application/x-ndjson")) {
      interrupted.await();
      Eventually.holds("its place is free", () -> server.running() == 0);
      assertTrue(socket.isConnected());
    }
  }

  // The WebSocket.

  @Test
  void everyExecuteHasOneEnd() throws Exception {
    server.does((_, request, _) -> Results.of(new Outcome.Completed(), Optional.of(request.code()), Map.of()));
    try (SessionServer.Client client = server.connect(server.open(), SessionServer.KEY)) {
      for (int i = 0; i < 50; i++) {
        client.send("{\"type\":\"execute\",\"code\":\"%d\"}".formatted(i));
        client.next("start");
        assertEquals(Integer.toString(i), client.next("result").path("value").textValue());
        JsonNode end = client.next("end");
        assertEquals("completed", end.at("/execution/outcome").textValue());
        OpenApiEvents.check(end);
      }
    }
  }

  @Test
  void wrongMessagesAreRefusedAndDisturbNothing() throws Exception {
    Waiting code = new Waiting();
    try (SessionServer.Client client = server.connect(server.open(), SessionServer.KEY)) {
      client.send("{\"type\":\"execute\",\"code\":\"\",\"timeout\":0}");
      assertEquals("invalid_request", client.next("problem").at("/problem/code").textValue());
      client.send("{\"type\":\"execute\",\"code\":\"x\"}");
      client.next("start");
      code.entered.await();
      for (String wrong :
          List.of(
              "{",
              "[]",
              "{}",
              "{\"type\":\"nonsense\"}",
              "{\"type\":\"execute\",\"code\":\"y\"}",
              "{\"type\":\"execute\",\"code\":\"y\",\"functions\":\"f\"}",
              "{\"type\":\"execute\",\"code\":\"y\",\"functions\":[\"f()\"]}",
              "{\"type\":\"execute\",\"code\":\"y\",\"timed\":1}",
              "{\"type\":\"execute\",\"code\":\"y\",\"nested\":null}",
              "{\"type\":\"reply\"}",
              "{\"type\":\"reply\",\"call\":1.5,\"value\":1}",
              "{\"type\":\"reply\",\"call\":1}",
              "{\"type\":\"reply\",\"call\":1,\"error\":{\"name\":\"E\"}}",
              "{\"type\":\"interrupt\",\"x\":1}")) {
        client.send(wrong);
        JsonNode problem = client.next("problem");
        OpenApiEvents.check(problem);
        assertTrue(problem.at("/problem/status").intValue() < 500, problem::toString);
      }
      client.socket().sendBinary(java.nio.ByteBuffer.wrap(new byte[10]), true).join();
      client.next("problem");
      code.goesOn.countDown();
      client.next("end");
    }
    assertEquals(0, code.interrupts.get());
  }

  @Test
  void anInterruptIsForTheCodeThatRuns() throws Exception {
    Waiting code = new Waiting();
    try (SessionServer.Client client = server.connect(server.open(), SessionServer.KEY)) {
      client.send("{\"type\":\"interrupt\"}");
      client.send("{\"type\":\"execute\",\"code\":\"x\"}");
      String execution = client.next("start").path("execution_id").textValue();
      code.entered.await();
      client.send("{\"type\":\"interrupt\"}");
      Eventually.holds("the sandbox is told", () -> server.sandbox().interrupted().equals(List.of(execution)));
      code.goesOn.countDown();
      assertEquals("completed", client.next("end").at("/execution/outcome").textValue());
    }
    assertEquals(0, code.interrupts.get(), "whoever waits for the code is not to be interrupted");
  }

  @Test
  void anInterruptGivesUpWhatWaitsForItsTurn() throws Exception {
    Waiting code = new Waiting();
    String session = server.open();
    FutureTask<SessionServer.Answer> first = start(session);
    code.entered.await();
    try (SessionServer.Client client = server.connect(session, SessionServer.KEY)) {
      client.send("{\"type\":\"execute\",\"code\":\"x\"}");
      client.send("{\"type\":\"interrupt\"}");
      assertEquals("interrupted", client.next("end").at("/problem/code").textValue());
      client.send("{\"type\":\"execute\",\"code\":\"x\",\"timeout\":0.001}");
      assertEquals("session_busy", client.next("end").at("/problem/code").textValue());
      code.goesOn.countDown();
      assertEquals(200, first.get().status());
      client.send("{\"type\":\"execute\",\"code\":\"x\"}");
      client.next("start");
      client.next("end");
    }
  }

  @Test
  void closingTheConnectionInterruptsTheCode() throws Exception {
    Waiting code = new Waiting();
    try (SessionServer.Client client = server.connect(server.open(), SessionServer.KEY)) {
      client.send("{\"type\":\"execute\",\"code\":\"x\"}");
      code.entered.await();
    }
    code.interrupted.await();
    Eventually.holds("its place is free", () -> server.running() == 0);
  }

  @Test
  void aMessageThatIsTooLargeEndsTheConnectionAndItsCode() throws Exception {
    Waiting code = new Waiting();
    try (SessionServer.Client client = server.connect(server.open(), SessionServer.KEY)) {
      client.send("{\"type\":\"execute\",\"code\":\"x\"}");
      client.next("start");
      code.entered.await();
      client.sendTooMuch("{\"type\":\"reply\",\"call\":1,\"value\":\"%s\"}".formatted("x".repeat(SessionServer.MAX_BODY)));
      assertEquals(1009, client.next("closed").path("status").intValue());
    }
    code.interrupted.await();
  }

  @Test
  void callsGoOutAndAnswersComeBack() throws Exception {
    server.does(
        (_, request, _) -> {
          String value;
          try {
            value = request.calls().call("f", "[1]", "{\"k\":\"v\"}");
          } catch (dev.rlm.engine.sandbox.HostCalls.HostCallException e) {
            value = e.name() + "/" + e.text();
          }
          return Results.of(new Outcome.Completed(), Optional.of(value), Map.of());
        });
    try (SessionServer.Client client = server.connect(server.open(), SessionServer.KEY)) {
      String execute = "{\"type\":\"execute\",\"code\":\"x\",\"functions\":[\"f\"]}";
      client.send(execute);
      client.next("start");
      JsonNode call = client.next("call");
      OpenApiEvents.check(call);
      assertEquals("f [1] {\"k\":\"v\"}", "%s %s %s".formatted(call.path("name").textValue(), call.path("args"), call.path("kwargs")));
      client.send("{\"type\":\"reply\",\"call\":%d,\"value\":0}".formatted(call.path("call").longValue() + 1));
      client.send("{\"type\":\"reply\",\"call\":%s,\"value\":[1.50,null]}".formatted(call.path("call")));
      client.send("{\"type\":\"reply\",\"call\":%s,\"value\":\"twice\"}".formatted(call.path("call")));
      assertEquals("[1.50,null]", client.next("result").path("value").textValue());
      client.next("end");
      client.send("{\"type\":\"reply\",\"call\":%s,\"value\":\"late\"}".formatted(call.path("call")));
      client.send(execute);
      client.next("start");
      client.send(
          "{\"type\":\"reply\",\"call\":%s,\"error\":{\"name\":\"ValueError\",\"message\":\"no\"}}"
              .formatted(client.next("call").path("call")));
      assertEquals("ValueError/no", client.next("result").path("value").textValue());
      client.next("end");
    }
  }

  @Test
  void waitingIsNotTheCodesTimeWhereItsClientSaysSo() throws Exception {
    server.does(
        (_, request, _) ->
            Results.of(new Outcome.Completed(), Optional.of(Boolean.toString(request.calls().timed())), Map.of()));
    try (SessionServer.Client client = server.connect(server.open(), SessionServer.KEY)) {
      for (String timed : List.of("", ",\"timed\":true", ",\"timed\":false")) {
        client.send("{\"type\":\"execute\",\"code\":\"x\",\"functions\":[\"f\"]%s}".formatted(timed));
        client.next("start");
        assertEquals(Boolean.toString(!timed.endsWith("false")), client.next("result").path("value").textValue());
        client.next("end");
      }
    }
  }

  // Helpers.

  /** Code that runs until it is told to go on. */
  private final class Waiting {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch goesOn = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final AtomicInteger interrupts = new AtomicInteger();

    Waiting() {
      server.does(
          (_, _, _) -> {
            entered.countDown();
            try {
              goesOn.await();
            } catch (InterruptedException e) {
              interrupts.incrementAndGet();
              interrupted.countDown();
              throw e;
            }
            return Results.of(new Outcome.Completed(), Map.of());
          });
    }
  }

  private FutureTask<SessionServer.Answer> start(String session) {
    FutureTask<SessionServer.Answer> task = new FutureTask<>(() -> server.post(session + "/execute", CODE));
    Thread.startVirtualThread(task);
    return task;
  }

  private SessionServer.Answer stream(String path, String accept) throws InterruptedException {
    return server.send(
        server
            .request(path)
            .header("Content-Type", "application/json")
            .header("Accept", accept)
            .POST(HttpRequest.BodyPublishers.ofString(CODE)));
  }

  private static List<JsonNode> events(SessionServer.Answer answer, String accept) {
    List<JsonNode> events = new ArrayList<>();
    for (String block : answer.response().body().split(accept.startsWith("text") ? "\n\n" : "\n", -1)) {
      if (!block.isEmpty()) {
        JsonNode event = SessionServer.parse(block.substring(block.indexOf('{')));
        if (accept.startsWith("text")) {
          assertTrue(block.startsWith("event: %s\ndata: {".formatted(event.path("type").textValue())), block);
        }
        events.add(event);
      }
    }
    return events;
  }

  private static List<String> types(List<JsonNode> events) {
    return events.stream().map(event -> event.path("type").textValue()).filter(type -> !type.equals("keepalive")).toList();
  }

  private static String body(SessionServer.Answer answer) {
    return answer.status() + answer.response().body().replaceAll("\"request_id\":\"[^\"]*\"", "");
  }

  private static String problem(SessionServer.Answer answer, int status, String code) {
    assertEquals(status, answer.status(), answer.response()::body);
    assertEquals("application/problem+json", answer.header("Content-Type"));
    assertEquals(code, answer.json().path("code").textValue(), answer.response()::body);
    return answer.json().path("detail").textValue();
  }
}
