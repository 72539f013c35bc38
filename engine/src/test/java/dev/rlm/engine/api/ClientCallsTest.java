package dev.rlm.engine.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.sandbox.HostCalls.HostCallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class ClientCallsTest {

  private final BlockingQueue<Event.Call> sent = new LinkedBlockingQueue<>();
  private final EventSink client =
      new EventSink() {
        @Override
        void transmit(Event event) throws IOException {
          if (gone) {
            throw new IOException("gone");
          }
          sent.add((Event.Call) event);
        }

        @Override
        void cut() {}
      };
  private volatile boolean gone;

  @Test
  void eachAnswerGoesToItsOwnCall() throws Exception {
    ClientCalls calls = ClientCalls.of(json("[\"f\",\"g\",\"f\"]"), true, client);
    assertEquals(Set.of("f", "g"), calls.functions());
    FutureTask<String> first = call(calls, "f");
    Event.Call one = next();
    FutureTask<String> second = call(calls, "g");
    Event.Call two = next();
    calls.reply(json("{\"type\":\"reply\",\"call\":%d,\"value\":2}".formatted(two.call())));
    assertEquals("2", second.get());
    calls.reply(json("{\"type\":\"reply\",\"call\":%d,\"value\":null}".formatted(one.call())));
    assertEquals("null", first.get());
  }

  @Test
  void aClientThatIsGoneIsAnExceptionToTheCode() {
    gone = true;
    HostCallException raised =
        assertThrows(HostCallException.class, () -> ClientCalls.of(json("[\"f\"]"), true, client).call("f", "[]", "{}"));
    assertEquals("ConnectionError", raised.name());
  }

  @Test
  void anAnswerToACallThatWasBrokenOffIsIgnored() throws Exception {
    ClientCalls calls = ClientCalls.of(json("[\"f\"]"), true, client);
    FutureTask<String> task = new FutureTask<>(() -> calls.call("f", "[]", "{}"));
    Thread thread = Thread.startVirtualThread(task);
    Event.Call call = next();
    thread.interrupt();
    assertTrue(assertThrows(ExecutionException.class, task::get).getCause() instanceof InterruptedException);
    calls.reply(json("{\"type\":\"reply\",\"call\":%d,\"value\":1}".formatted(call.call())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"f\"", "{}", "[1]", "[\"\"]", "[\"f()\"]", "[\"1f\"]", "[\"f\\n\"]", "[\"é\"]", "[null]", "null"})
  void refusesWhatAreNoNames(String names) {
    assertThrows(ApiException.class, () -> ClientCalls.of(json(names), true, client));
  }

  @Test
  void refusesTooManyNamesAndTooLongOnes() {
    String hundred = IntStream.range(0, 100).mapToObj(i -> "\"f" + i + "\"").collect(Collectors.joining(","));
    assertEquals(100, ClientCalls.of(json("[" + hundred + "]"), true, client).functions().size());
    assertThrows(ApiException.class, () -> ClientCalls.of(json("[" + hundred + ",\"f0\"]"), true, client));
    assertEquals(1, ClientCalls.of(json("[\"" + "f".repeat(100) + "\"]"), true, client).functions().size());
    assertThrows(ApiException.class, () -> ClientCalls.of(json("[\"" + "f".repeat(101) + "\"]"), true, client));
  }

  private static FutureTask<String> call(ClientCalls calls, String name) {
    FutureTask<String> task = new FutureTask<>(() -> calls.call(name, "[]", "{}"));
    Thread.startVirtualThread(task);
    return task;
  }

  private Event.Call next() throws InterruptedException {
    return Objects.requireNonNull(sent.poll(50, TimeUnit.SECONDS), "nothing was sent");
  }

  private static JsonNode json(String text) {
    return Json.read(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aCallMayTakeLongWhereWaitingIsNotTheCodesTime() {
    ClientCalls timed = ClientCalls.of(json("[\"f\"]"), true, client);
    ClientCalls untimed = ClientCalls.of(json("[\"f\"]"), false, client);
    assertTrue(timed.timed());
    assertEquals(Duration.ofMinutes(5), timed.limits().timeout());
    assertFalse(untimed.timed());
    assertEquals(Duration.ofHours(1), untimed.limits().timeout());
  }
}
