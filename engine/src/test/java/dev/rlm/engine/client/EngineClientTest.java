package dev.rlm.engine.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class EngineClientTest {

  private static final Code CODE = new Code("print(1)", Optional.empty(), Optional.empty());
  private static final String START = "{\"type\":\"start\",\"execution_id\":\"e\"}";
  private static final String END = "{\"type\":\"end\",\"execution\":{\"outcome\":\"completed\",\"exit_code\":0}}";

  private final List<Duration> pauses = new ArrayList<>();
  private FakeEngine engine;
  private EngineClient client;

  @BeforeEach
  void open() throws IOException {
    engine = new FakeEngine();
    client = new EngineClient(engine.url(), Optional.of("secret"), Duration.ofSeconds(10), pauses::add);
  }

  @AfterEach
  void close() {
    client.close();
    engine.close();
  }

  private List<Event> events(Code code) throws InterruptedException {
    List<Event> events = new ArrayList<>();
    try (RunningCode running = client.run(code)) {
      do {
        events.add(running.next());
      } while (!(events.getLast() instanceof Event.Ended) && !(events.getLast() instanceof Event.Refused));
    }
    return events;
  }

  @Test
  void asksForEventsAndReadsThemInOrder() throws Exception {
    engine.thenLines(
        START,
        "{\"type\":\"stdout\",\"text\":\"ü\\n\"}",
        "{\"type\":\"stderr\",\"text\":\"e\"}",
        "{\"type\":\"keepalive\"}",
        "{\"type\":\"something new\"}",
        "{\"type\":\"result\",\"value\":\"2\"}",
        "{\"type\":\"error\",\"name\":\"E\",\"value\":\"v\",\"traceback\":\"t\"}",
        "{\"type\":\"end\",\"execution\":{\"outcome\":\"timed_out\",\"exit_code\":null}}");
    Code code =
        new Code(
            "1 + 1", Optional.of(new ContextValue.Inline("a\"b")), Optional.of(Duration.ofMillis(1_500)));
    assertEquals(
        List.of(
            new Event.Started("e"),
            new Event.Output(Event.Stream.STDOUT, "ü\n"),
            new Event.Output(Event.Stream.STDERR, "e"),
            new Event.Other(),
            new Event.Other(),
            new Event.Result("2"),
            new Event.Failed("E", "v", "t"),
            new Event.Ended("timed_out", Optional.empty())),
        events(code));
    FakeEngine.Asked asked = engine.asked().getFirst();
    assertEquals("POST /execute", asked.line());
    assertEquals("Bearer secret", asked.key());
    assertEquals("application/x-ndjson", asked.accept());
    assertEquals(
        "{\"code\":\"1 + 1\",\"context\":\"a\\\"b\",\"timeout\":1.500}",
        asked.body());
  }

  @Test
  void tellsWhyTheEngineLostTheCode() throws Exception {
    engine.thenLines(
        START, "{\"type\":\"end\",\"problem\":{\"status\":500,\"code\":\"internal_error\",\"detail\":\"oh\"}}");
    assertEquals(new Event.Refused(new Problem(500, "internal_error", "oh")), events(CODE).getLast());
  }

  @Test
  void asksAgainWhenTheEngineSays() throws Exception {
    engine.thenProblem(429, "full", "3").thenProblem(429, "full", "4").thenLines(START, END);
    assertEquals(new Event.Ended("completed", Optional.of(0)), events(CODE).getLast());
    assertEquals(List.of(Duration.ofSeconds(3), Duration.ofSeconds(4)), pauses);
    assertEquals(3, engine.asked().size());
  }

  @Test
  void doesNotWaitLongerThanItsPatience() {
    engine.thenProblem(429, "full", "11");
    ClientException.RefusedException refused =
        assertThrows(ClientException.RefusedException.class, () -> client.run(CODE));
    assertTrue(refused.getMessage().endsWith("still has no room after 10 s: full"), refused.getMessage());
    assertEquals(List.of(), pauses);
  }

  @Test
  void doesNotAskAgainForWhatIsWrong() {
    engine.thenProblem(400, "the timeout is too long");
    ClientException.RefusedException refused =
        assertThrows(ClientException.RefusedException.class, () -> client.run(CODE));
    assertTrue(refused.problem().isCallersFault());
    assertTrue(refused.getMessage().endsWith("does not run code: the timeout is too long"), refused.getMessage());
    assertEquals(1, engine.asked().size());
  }

  @Test
  void saysHowToGiveAKey() throws Exception {
    engine.thenProblem(401, "no").thenProblem(401, "no");
    String message = assertThrows(ClientException.class, () -> client.run(CODE)).getMessage();
    assertTrue(message.endsWith("does not know this key: set RLM_API_KEY to a key that it knows"), message);
    assertTrue(!message.contains("secret"), message);
    try (EngineClient keyless = new EngineClient(engine.url(), Optional.empty(), Duration.ZERO)) {
      message = assertThrows(ClientException.class, () -> keyless.run(CODE)).getMessage();
      assertTrue(message.contains("asks for a key"), message);
    }
  }

  @Test
  void saysThatNobodyListens() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    try (EngineClient lost =
        new EngineClient(URI.create("http://127.0.0.1:" + free), Optional.empty(), Duration.ZERO)) {
      String message = assertThrows(ClientException.class, () -> lost.run(CODE)).getMessage();
      assertTrue(message.contains("http://127.0.0.1:" + free + " cannot be reached"), message);
    }
  }

  @Test
  void saysThatTheConnectionBroke() throws Exception {
    engine.then(
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          exchange.getResponseBody().write((START + "\n").getBytes(StandardCharsets.UTF_8));
          exchange.getResponseBody().flush(); // Closed before all that was promised.
        });
    // It may be noticed with the first event or after it.
    String message =
        assertThrows(
                ClientException.class,
                () -> {
                  try (RunningCode running = client.run(CODE)) {
                    running.next();
                    running.next();
                  }
                })
            .getMessage();
    assertTrue(message.contains("the connection to the engine at " + engine.url() + " broke"), message);
  }

  @Test
  void takesAnEndWithoutAnEndEventForABreak() throws Exception {
    engine.thenLines(START);
    try (RunningCode running = client.run(CODE)) {
      running.next();
      assertTrue(assertThrows(ClientException.class, running::next).getMessage().endsWith("it ended too early"));
    }
  }

  @Test
  void doesNotTakeAnotherServerForAnEngine() {
    engine.thenJson(201, "<html>");
    assertTrue(
        assertThrows(ClientException.class, () -> client.openSession(Optional.empty()))
            .getMessage()
            .contains("is there an engine at this address?"));
  }

  @Test
  void uploadsAllOfAFileAndTellsHowFarItIs(@TempDir Path folder) throws Exception {
    byte[] content = new byte[1_500_000];
    new Random(7).nextBytes(content);
    Path file = Files.write(folder.resolve("context"), content);
    engine.thenJson(201, "{\"context_id\":\"c1\",\"bytes\":1500000}");
    List<Long> sent = new ArrayList<>();
    String id =
        client.storeContext(
            file,
            (bytes, total) -> {
              assertEquals(content.length, total);
              sent.add(bytes);
            });
    assertEquals("c1", id);
    assertEquals("PUT /context", engine.asked().getFirst().line());
    assertArrayEquals(content, engine.asked().getFirst().bytes());
    assertTrue(sent.size() > 2, sent.toString());
    assertEquals(sent.stream().sorted().distinct().toList(), sent);
    assertEquals(content.length, sent.getLast());
  }

  @Test
  void uploadsAnEmptyFile(@TempDir Path folder) throws Exception {
    engine.thenJson(201, "{\"context_id\":\"c1\"}");
    assertEquals("c1", client.storeContext(Files.createFile(folder.resolve("empty")), UploadProgress.NONE));
    assertEquals(0, engine.asked().getFirst().body().length());
  }

  @Test
  void namesStoredContexts() throws Exception {
    engine.thenJson(201, "{\"session_id\":\"s1\"}").then(exchange -> exchange.sendResponseHeaders(204, -1));
    client.openSession(Optional.of(new ContextValue.Stored("c1"))).close();
    assertEquals(
        "{\"context_id\":\"c1\"}", engine.asked().getFirst().body());
    assertEquals("DELETE /session/s1", engine.asked().getLast().line());
  }
}
