package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions, streaming and host calls as a client meets them, in real containers. */
@Tag("session")
@Timeout(120)
final class SessionTest {

  private static final String ONE_KEY = "one-key-of-16-or-more";
  private static final String OTHER_KEY = "other-key-of-16-or-more";
  private static final String[] ONE = {"Authorization", "Bearer " + ONE_KEY};
  private static final String[] OTHER = {"Authorization", "Bearer " + OTHER_KEY};

  private static EngineProcess engine;
  private static String engineId;

  @BeforeAll
  static void start() {
    engine = EngineProcess.start(Map.of("RLM_PIDS_LIMIT", "100", "MAX_SESSIONS", "30", "RLM_POOL_SIZE", "2"));
    engineId = engine.engineId();
  }

  @AfterAll
  static void stop() {
    engine.close();
    assertTrue(
        Containers.soon(() -> Containers.ofEngine(engineId).isEmpty()),
        () -> "left: " + Containers.ofEngine(engineId));
  }

  // State.

  @Test
  void keepsEveryKindOfState() {
    String session = open(engine);
    run(session, "x = {'a': [1, 2]}\nx['self'] = x");
    run(session, "def f(n): return n * len(x)");
    run(session, "def counter():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n        return n\n    return up\nup = counter()\nup()");
    run(session, "class Base:\n    made = 0\n    def __init__(self): Base.made += 1\nclass Thing(Base):\n    def __repr__(self): return f'<thing {self.made}>'\nthing = Thing()");
    run(session, "import math as m, json\nfrom collections import Counter");
    run(session, "def squares():\n    for i in range(10): yield i * i\ng = squares()\nnext(g), next(g)");
    run(session, "it = iter('abc')\nnext(it)");
    run(session, "square = lambda n: n ** 2");
    run(session, "file = open('/tmp/state', 'w+')\nfile.write('kept')\nfile.seek(0)");
    run(session, "import threading, queue\nasked, told = queue.Queue(), queue.Queue()\nthreading.Thread(target=lambda: told.put(asked.get() * 2), daemon=True).start()");
    run(session, "_private = 7\n8");
    JsonNode failed = run(session, "before = 1\ntry:\n    1 / 0\nexcept ZeroDivisionError as e:\n    caught = e\nraise caught");
    assertEquals("ZeroDivisionError", failed.at("/error/name").textValue());

    assertEquals("True", value(session, "x['self'] is x and before == 1"));
    assertEquals("6", value(session, "f(3)"));
    assertEquals("2", value(session, "up()"));
    assertEquals("<thing 1>", value(session, "thing"));
    assertEquals("(2.0, 'Counter', '[1]')", value(session, "m.sqrt(4), Counter.__name__, json.dumps([1])"));
    assertEquals("4", value(session, "next(g)"));
    assertEquals("'bc'", value(session, "''.join(it)"));
    assertEquals("81", value(session, "square(9)"));
    assertEquals("'kept'", value(session, "file.read()"));
    assertEquals("42", value(session, "asked.put(21)\ntold.get(timeout=5)"));
    assertEquals("(7, 42)", value(session, "_private, _"));
    assertEquals("'division by zero'", value(session, "str(caught)"));
    JsonNode shown = show(session);
    assertEquals(24, shown.path("executions").intValue());
    assertEquals("generator", shown.at("/variables/g").textValue());
    assertEquals("Thing", shown.at("/variables/thing").textValue());
    assertFalse(shown.path("variables").has("_private") || shown.path("variables").has("json"), shown.toString());
  }

  @Test
  void bindsTheContextItWasOpenedWithOnce() {
    String session = open(engine, Map.of("context", Map.of("n", 1)));
    assertEquals("1", value(session, "context['n'] += 0\ncontext['n']"));
    run(session, "context = 'mine'");
    assertEquals("'mine'", value(session, "context"));
    JsonNode brought = run(session, Map.of("code", "context", "context", List.of(2)));
    assertEquals("[2]", brought.path("result").textValue());
  }

  @Test
  void aTimeoutInterruptsAndKeepsTheState() {
    String session = open(engine);
    JsonNode timedOut = run(session, Map.of("code", "n = 0\nwhile True: n += 1", "timeout", 1));
    assertEquals("timed_out", timedOut.path("outcome").textValue());
    assertEquals("True", value(session, "n > 0"));
  }

  @Test
  void codeThatCannotBeInterruptedEndsTheSessionWithTheCause() {
    String session = open(engine);
    JsonNode killed = run(session, Map.of("code", "10 ** 10 ** 9", "timeout", 0.3));
    assertEquals("timed_out", killed.path("outcome").textValue());
    gone(session, "timed_out");
  }

  @Test
  void theEndOfASandboxIsTheEndOfItsSession() {
    String exhausted = open(engine);
    assertEquals("out_of_memory", run(exhausted, "x = bytearray(10 ** 9)").path("outcome").textValue());
    gone(exhausted, "out_of_memory");

    String exited = open(engine);
    assertEquals("exited", run(exited, "import os\nos._exit(3)").path("outcome").textValue());
    gone(exited, "exited");

    String left = open(engine);
    assertEquals("exited", run(left, "import sys\nkept = 1\nsys.exit(3)").path("outcome").textValue());
    assertEquals("1", value(left, "kept"));

    String idle = open(engine);
    run(idle, "import threading, os, time\nthreading.Thread(target=lambda: (time.sleep(0.2), os._exit(1))).start()");
    assertTrue(Containers.soon(() -> engine.get("/session/" + idle).statusCode() == 410));
    gone(idle, "while nothing ran in it");
  }

  @Test
  void oneExecutionRunsAtATimeAndOthersWaitNoLongerThanTheirTimeout() {
    String session = open(engine);
    CompletableFuture<JsonNode> first =
        CompletableFuture.supplyAsync(() -> run(session, "import time\nstarted = 1\ntime.sleep(6)\n1"));
    assertTrue(Containers.soon(() -> show(session).at("/variables/started").isTextual()));
    CompletableFuture<JsonNode> patient = CompletableFuture.supplyAsync(() -> run(session, "started + 1"));
    HttpResponse<String> impatient =
        engine.post("/session/%s/execute".formatted(session), Map.of("code", "1", "timeout", 0.1));
    assertEquals(409, impatient.statusCode());
    assertEquals("session_busy", EngineProcess.parse(impatient.body()).path("code").textValue());
    assertTrue(impatient.headers().firstValue("Retry-After").isPresent());
    assertEquals("1", first.join().path("result").textValue());
    JsonNode waited = patient.join();
    assertEquals("2", waited.path("result").textValue());
    assertTrue(waited.at("/timing/queue_ms").doubleValue() > 100, waited.toString());
  }

  @Test
  void deletingIsIdempotentAndEndsWhatRuns() {
    String session = open(engine);
    CompletableFuture<JsonNode> running =
        CompletableFuture.supplyAsync(() -> run(session, "import time\nstarted = 1\ntime.sleep(60)"));
    assertTrue(Containers.soon(() -> show(session).at("/variables/started").isTextual()));
    assertEquals(204, engine.delete("/session/" + session).statusCode());
    assertEquals("sandbox_lost", running.join().path("outcome").textValue());
    assertEquals(204, engine.delete("/session/" + session).statusCode());
    assertEquals(204, engine.delete("/session/" + "0".repeat(32)).statusCode());
    gone(session, "closed");
  }

  @Test
  void sessionsExpireAndTheirOwnersAloneKnowThem() {
    Map<String, String> variables =
        Map.of("SESSION_TTL", "5", "MAX_SESSIONS", "1", "RLM_POOL_SIZE", "0", "RLM_API_KEY", ONE_KEY + "," + OTHER_KEY);
    try (EngineProcess keyed = EngineProcess.start(variables)) {
      String session = open(keyed, Map.of(), ONE);
      HttpResponse<String> refused = keyed.post("/session", Map.of(), OTHER);
      assertEquals(429, refused.statusCode());
      assertEquals("too_many_sessions", EngineProcess.parse(refused.body()).path("code").textValue());

      String path = "/session/" + session;
      String unknown = "/session/" + "0".repeat(32);
      for (String[] pair : new String[][] {{path, unknown}, {path + "/execute", unknown + "/execute"}}) {
        HttpResponse<String> foreign = ask(keyed, pair[0], OTHER);
        HttpResponse<String> missing = ask(keyed, pair[1], OTHER);
        assertEquals(404, foreign.statusCode());
        assertEquals(withoutId(missing), withoutId(foreign));
      }
      assertEquals(404, refusedHandshake(keyed, session, OTHER));
      assertEquals(401, refusedHandshake(keyed, session));
      assertEquals(204, keyed.delete(path, OTHER).statusCode());
      assertEquals(0, EngineProcess.parse(keyed.get("/session", OTHER).body()).path("sessions").size());
      assertEquals(200, keyed.get(path, ONE).statusCode(), "another key ended it");

      assertTrue(Containers.soon(() -> keyed.get(path, ONE).statusCode() == 410));
      assertTrue(keyed.get(path, ONE).body().contains("not used for 5 s"));
      assertEquals(404, keyed.get(path, OTHER).statusCode(), "also of an ended one another caller knows nothing");
      assertEquals(410, refusedHandshake(keyed, session, ONE));
      assertTrue(Containers.soon(() -> Containers.ofEngine(keyed.engineId()).isEmpty()));
      open(keyed, Map.of(), ONE);
    }
  }

  // Streaming.

  @Test
  void eventsComeInOrderAndCompleteInEveryForm() {
    String code = "import sys\nfor i in range(50): print('out', i)\nprint('err', file=sys.stderr)\n6 * 7";
    for (String path : List.of("/execute", "/session/%s/execute".formatted(open(engine)))) {
      for (String type : List.of("application/x-ndjson", "text/event-stream")) {
        HttpResponse<String> response = engine.post(path, Map.of("code", code), "Accept", type);
        assertEquals(200, response.statusCode(), response.body());
        assertTrue(response.headers().firstValue("Content-Type").orElseThrow().startsWith(type));
        wellFormed(events(response.body()), code);
      }
    }
    try (StreamClient client = StreamClient.connect(engine, open(engine))) {
      wellFormed(client.run(code, Map.of()), code);
      wellFormed(client.run(code, Map.of()), code);
    }
  }

  private static void wellFormed(List<JsonNode> all, String code) {
    List<JsonNode> events = all.stream().filter(event -> !type(event).equals("keepalive")).toList();
    assertEquals("start", type(events.getFirst()), code);
    assertEquals("end", type(events.getLast()));
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      expected.append("out ").append(i).append('\n');
    }
    assertEquals(expected.toString(), text(events, "stdout"));
    assertEquals("err\n", text(events, "stderr"));
    assertEquals("42", events.get(events.size() - 2).path("value").textValue());
    assertEquals("completed", events.getLast().at("/execution/outcome").textValue());
    assertEquals("", events.getLast().at("/execution/stdout").textValue(), "it was sent before");
    assertEquals(events.getFirst().path("execution_id"), events.getLast().at("/execution/execution_id"));
  }

  @Test
  void anErrorIsAnEventBeforeTheEnd() {
    HttpResponse<String> response =
        engine.post("/execute", Map.of("code", "print('x')\nraise ValueError('no')"), "Accept", "application/x-ndjson");
    List<JsonNode> events = events(response.body());
    JsonNode error = events.get(events.size() - 2);
    assertEquals(List.of("error", "ValueError", "no"), List.of(type(error), error.path("name").textValue(), error.path("value").textValue()));
    assertTrue(error.path("traceback").textValue().contains("ValueError: no"));
    assertEquals("raised", events.getLast().at("/execution/outcome").textValue());
  }

  @Test
  @Tag("live")
  void aLineArrivesBeforeItsExecutionEnds() {
    try (StreamClient client = StreamClient.connect(engine, open(engine))) {
      client.send(Map.of("type", "execute", "code", "print('now')\nwait()\nprint('later')", "functions", List.of("wait")));
      List<JsonNode> events = client.until("stdout");
      assertEquals("now\n", events.getLast().path("text").textValue());
      JsonNode call = client.until("call").getLast();
      client.send(Map.of("type", "reply", "call", call.path("call").longValue(), "value", true));
      assertEquals("later\n", text(client.until("end"), "stdout"));
    }
  }

  @Test
  void aClientThatGoesAwayHasItsCodeInterruptedHoweverItAsked() throws IOException {
    String session = open(engine);
    String code = "import time\nrunning = 1\ntry:\n    time.sleep(60)\nexcept BaseException as e:\n    left = type(e).__name__\n    raise";
    for (String accept : List.of("application/json", "application/x-ndjson", "text/event-stream")) {
      run(session, "left = running = None");
      try (Socket _ = request(session, code, accept)) {
        assertTrue(Containers.soon(() -> isRunning(session)), accept);
      }
      assertTrue(Containers.soon(() -> wasInterrupted(session)), accept);
    }
    run(session, "left = running = None");
    StreamClient client = StreamClient.connect(engine, session);
    client.send(Map.of("type", "execute", "code", code));
    assertTrue(Containers.soon(() -> isRunning(session)));
    client.drop();
    assertTrue(Containers.soon(() -> wasInterrupted(session)));
    assertTrue(Containers.soon(() -> metric("rlm_executions_admitted") == 0), "a place is not given back");
  }

  private static boolean isRunning(String session) {
    return show(session).at("/variables/running").asText().equals("int");
  }

  private static boolean wasInterrupted(String session) {
    return value(session, "left").equals("'KeyboardInterrupt'");
  }

  @Test
  void anInterruptOverTheSocketReachesTheCodeAndKeepsTheState() {
    try (StreamClient client = StreamClient.connect(engine, open(engine))) {
      client.send(Map.of("type", "execute", "code", "n = 5\nready()\nwhile True: pass", "functions", List.of("ready")));
      JsonNode call = client.until("call").getLast();
      client.send(Map.of("type", "reply", "call", call.path("call").longValue(), "value", true));
      client.send(Map.of("type", "interrupt"));
      List<JsonNode> events = client.until("end");
      assertEquals("KeyboardInterrupt", events.getLast().at("/execution/error/name").textValue(), events.toString());
      assertEquals("raised", events.getLast().at("/execution/outcome").textValue());
      assertEquals("5", client.run("n", Map.of()).getLast().at("/execution/result").textValue());
    }
  }

  // Host calls.

  @Test
  void codeCallsFunctionsOfItsOwner() {
    Map<String, StreamClient.Functions> functions =
        Map.of(
            "search", call -> Map.of("found", call.path("args").path(0).textValue(), "limit", call.at("/kwargs/limit").intValue()),
            "fail",
                call -> {
                  throw new IllegalStateException(call.path("args").path(0).textValue());
                });
    try (StreamClient client = StreamClient.connect(engine, open(engine))) {
      assertEquals(
          "[('found', 'é😀'), ('limit', 3)]",
          result(client.run("sorted(search('é😀', limit=3).items())", functions)));
      assertEquals(
          "'caught no'",
          result(client.run("try:\n    fail('ValueError: no')\nexcept ValueError as e:\n    x = 'caught ' + str(e)\nx", functions)));
      assertEquals(
          "HostCallError", error(client.run("fail('BudgetSpent: 3 of 3')", functions)).path("name").textValue());
      assertEquals("NameError", error(client.run("unknown()", functions)).path("name").textValue());
      assertEquals("TypeError", error(client.run("search({1})", functions)).path("name").textValue());
      client.run("kept = search", functions);
      assertEquals(
          "HostCallError",
          error(client.run("kept('x')", Map.of())).path("name").textValue(),
          "a function of an execution that has ended");
      List<JsonNode> secret = client.run("search('AKIA' + 'IOSFODNN7EXAMPLQ', limit=1)", functions);
      assertFalse(secret.toString().contains("AKIAIOSFODNN7EXAMPLQ"), "a call is a way out like any other");
    }
  }

  @Test
  void sixtyFourThreadsCallAtTheSameTime() {
    String code =
        """
        import threading
        found = {}
        def work(i):
            for n in range(3):
                found[i, n] = f(i * n)
        threads = [threading.Thread(target=work, args=(i,)) for i in range(64)]
        for t in threads: t.start()
        for t in threads: t.join()
        found == {(i, n): i * n + 1 for i in range(64) for n in range(3)}
        """;
    try (StreamClient client = StreamClient.connect(engine, open(engine))) {
      client.send(Map.of("type", "execute", "code", code, "functions", List.of("f")));
      List<JsonNode> waiting = new ArrayList<>();
      while (waiting.size() < 64) {
        JsonNode event = client.next();
        if (type(event).equals("call")) {
          waiting.add(event);
        } else {
          assertEquals("start", type(event), event.toString());
        }
      }
      // All of them wait now; the last is answered first.
      waiting.reversed().forEach(call -> increment(client, call));
      JsonNode event = client.next();
      while (!type(event).equals("end")) {
        if (type(event).equals("call")) {
          increment(client, event);
        }
        event = client.next();
      }
      assertEquals("True", event.at("/execution/result").textValue(), event.toString());
    }
  }

  private static void increment(StreamClient client, JsonNode call) {
    client.send(
        Map.of("type", "reply", "call", call.path("call").longValue(), "value", call.at("/args/0").intValue() + 1));
  }

  @Test
  void whatAClientShouldNotSendIsRefusedAndHarmsNothing() {
    try (StreamClient client = StreamClient.connect(engine, open(engine))) {
      client.send(Map.of("type", "execute", "code", "f()", "functions", List.of("f")));
      JsonNode call = client.until("call").getLast();
      for (String wrong :
          List.of(
              "{", "[]", "{\"type\":\"x\"}", "{\"type\":\"execute\",\"code\":\"2\"}", "{\"type\":\"reply\",\"call\":1}",
              "{\"type\":\"reply\",\"call\":1,\"error\":5}", "{\"type\":\"reply\",\"call\":1,\"value\":1,\"error\":{}}")) {
        client.sendText(wrong);
        assertEquals("problem", type(client.next()), wrong);
      }
      client.sendText("{\"type\":\"reply\",\"call\":999999,\"value\":1}");
      client.send(Map.of("type", "reply", "call", call.path("call").longValue(), "value", "right"));
      assertEquals("'right'", result(client.until("end")));
      client.sendText("{\"type\":\"reply\",\"call\":1,\"value\":1}");
      client.sendText("{\"type\":\"interrupt\"}");
      assertEquals("3", result(client.run("3", Map.of())));
      client.sendTooMuch("{\"type\":\"execute\",\"code\":\"%s\"}".formatted("#".repeat(17 << 20)));
      client.until("closed");
    }
  }

  @Test
  void theExampleRunsAsItIs() throws IOException, InterruptedException {
    Process example =
        new ProcessBuilder("python3", "examples/host_calls.py", engine.address("http", "").toString())
            .directory(Path.of(System.getProperty("rlm.home")).toFile())
            .redirectErrorStream(true)
            .start();
    String printed = new String(example.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, example.waitFor(), printed);
    assertEquals(
        """
        a kernel of its own for each sandbox
        as in any Python: search() missing 1 required positional argument: 'query'
        completed
        """,
        printed);
  }

  // Many.

  @Test
  void manySessionsLeaveNothing() throws InterruptedException, ExecutionException {
    Map<String, String> variables = Map.of("MAX_SESSIONS", "10", "RLM_POOL_SIZE", "0", "SESSION_TTL", "2", "RLM_PIDS_LIMIT", "20");
    try (EngineProcess many = EngineProcess.start(variables)) {
      useSessions(many, 6);
      int files = many.openFiles();
      int threads = many.threads();
      useSessions(many, 40);
      assertTrue(
          Containers.soon(() -> Containers.ofEngine(many.engineId()).isEmpty()),
          () -> "left: " + Containers.ofEngine(many.engineId()));
      assertTrue(many.get("/metrics").body().contains("rlm_sessions 0.0"));
      assertTrue(Containers.soon(() -> many.openFiles() <= files + 16), "descriptors");
      assertTrue(Containers.soon(() -> many.threads() <= threads + 16), "threads");
    }
  }

  /** Opens and uses sessions, four at a time; every second one is ended, the others are left to expire. */
  private static void useSessions(EngineProcess many, int count) throws InterruptedException, ExecutionException {
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<?>> used = new ArrayList<>();
      for (int n = 0; n < count; n++) {
        int number = n;
        used.add(pool.submit(() -> useSession(many, number)));
      }
      for (Future<?> one : used) {
        one.get();
      }
    }
  }

  private static void useSession(EngineProcess many, int number) {
    assertTrue(
        Containers.soon(
            () -> {
              HttpResponse<String> opened = many.post("/session", Map.of());
              if (opened.statusCode() == 429) {
                return false;
              }
              String session = EngineProcess.parse(opened.body()).path("session_id").textValue();
              JsonNode answer =
                  EngineProcess.parse(
                      many.post("/session/%s/execute".formatted(session), Map.of("code", "x = %d\nx".formatted(number)))
                          .body());
              assertEquals(Integer.toString(number), answer.path("result").textValue(), answer.toString());
              if (number % 2 == 0) {
                assertEquals(204, many.delete("/session/" + session).statusCode());
              }
              return true;
            }),
        "there was never a place for one more session");
  }

  // Helpers.

  private static String open(EngineProcess where) {
    return open(where, Map.of());
  }

  private static String open(EngineProcess where, Map<String, ?> body, String... headers) {
    HttpResponse<String> response = where.post("/session", body, headers);
    assertEquals(201, response.statusCode(), response.body());
    return EngineProcess.parse(response.body()).path("session_id").textValue();
  }

  private static JsonNode run(String session, String code) {
    return run(session, Map.of("code", code, "timeout", 20));
  }

  private static JsonNode run(String session, Map<String, ?> body) {
    HttpResponse<String> response = engine.post("/session/%s/execute".formatted(session), body);
    assertEquals(200, response.statusCode(), response.body());
    return EngineProcess.parse(response.body());
  }

  private static String value(String session, String code) {
    JsonNode answer = run(session, code);
    assertTrue(answer.path("success").booleanValue(), answer.toString());
    return answer.path("result").asText();
  }

  private static JsonNode show(String session) {
    return EngineProcess.parse(engine.get("/session/" + session).body());
  }

  private static void gone(String session, String cause) {
    for (HttpResponse<String> answer :
        List.of(
            engine.get("/session/" + session),
            engine.post("/session/%s/execute".formatted(session), Map.of("code", "1")))) {
      assertEquals(410, answer.statusCode(), answer.body());
      assertTrue(EngineProcess.parse(answer.body()).path("detail").textValue().contains(cause), answer.body());
    }
  }

  private static HttpResponse<String> ask(EngineProcess where, String path, String... headers) {
    return path.endsWith("execute") ? where.post(path, Map.of("code", "1"), headers) : where.get(path, headers);
  }

  private static String withoutId(HttpResponse<String> response) {
    return response.body().replaceAll("\"request_id\":\"[^\"]*\"", "");
  }

  private static int refusedHandshake(EngineProcess where, String session, String... headers) {
    CompletionException refused =
        assertThrows(CompletionException.class, () -> StreamClient.connect(where, session, headers).close());
    HttpResponse<?> response =
        assertInstanceOf(WebSocketHandshakeException.class, refused.getCause()).getResponse();
    assertEquals("application/problem+json", response.headers().firstValue("Content-Type").orElse("none"));
    return response.statusCode();
  }

  /** Sends a request over a connection of its own, and does not wait for the answer. */
  private static Socket request(String session, String code, String accept) throws IOException {
    URI address = engine.address("http", "/session/%s/execute".formatted(session));
    byte[] body = "{\"code\":\"%s\"}".formatted(code.replace("\n", "\\n")).getBytes(StandardCharsets.UTF_8);
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort());
    String head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: %s\r\nContent-Length: %d\r\n\r\n"
            .formatted(address.getPath(), accept, body.length);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(body);
    return socket;
  }

  private static double metric(String name) {
    return engine
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.split(" ", 2)[1]))
        .findFirst()
        .orElseThrow();
  }

  /** Reads events from the body of either form. */
  private static List<JsonNode> events(String body) {
    return body.lines()
        .filter(line -> !line.isEmpty() && !line.startsWith("event: "))
        .map(line -> EngineProcess.parse(line.startsWith("data: ") ? line.substring(6) : line))
        .toList();
  }

  private static String type(JsonNode event) {
    return event.path("type").textValue();
  }

  private static String text(List<JsonNode> events, String type) {
    StringBuilder text = new StringBuilder();
    events.stream().filter(event -> type(event).equals(type)).forEach(event -> text.append(event.path("text").textValue()));
    return text.toString();
  }

  private static String result(List<JsonNode> events) {
    return events.getLast().at("/execution/result").asText("none: " + events);
  }

  private static JsonNode error(List<JsonNode> events) {
    return events.getLast().at("/execution/error");
  }
}
