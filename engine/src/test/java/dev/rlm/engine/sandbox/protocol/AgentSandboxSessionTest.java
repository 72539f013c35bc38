package dev.rlm.engine.sandbox.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.Eventually;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.ExecutionRequest;
import dev.rlm.engine.sandbox.ExecutionResult;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.ResourceLimits;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What sessions need of a sandbox: interrupts that keep the state, and the variables. */
@Timeout(60)
final class AgentSandboxSessionTest {

  private static final Duration LONG = Duration.ofSeconds(50);
  private static final ResourceLimits LIMITS =
      new ResourceLimits(ByteSize.mebibytes(512), 50, 1, ByteSize.mebibytes(64));
  private static final String INTERRUPTED =
      """
      {"type":"result","id":"1","status":"interrupted","result":null,"locals":{},"locals_truncated":false,
       "error":{"name":"KeyboardInterrupt","value":"","traceback":"Traceback\\n","process_limit":false},"exit_code":null}""";

  // Interrupts.

  @Test
  void anInterruptIsAnExceptionToTheCodeAndKeepsTheSandbox() throws Exception {
    FakeProcess process =
        FakeProcess.ready(
            (message, guest) -> {
              if (type(message).equals("interrupt")) {
                guest.says(INTERRUPTED);
              }
            });
    AgentSandbox sandbox = open(process);
    FutureTask<ExecutionResult> running = start(sandbox);
    Eventually.holds("the code is sent", () -> !process.received().isEmpty());
    sandbox.interrupt("1");
    Outcome.Raised raised = assertInstanceOf(Outcome.Raised.class, running.get().outcome());
    assertEquals("KeyboardInterrupt", raised.error().name());
    assertEquals("Traceback\n", raised.error().traceback());
    assertTrue(sandbox.alive());
    assertFalse(process.killed());
  }

  @Test
  void anInterruptForAnotherExecutionIsNotSent() throws Exception {
    FakeProcess process = FakeProcess.silent();
    AgentSandbox sandbox = open(process);
    sandbox.interrupt("1");
    FutureTask<ExecutionResult> running = start(sandbox);
    Eventually.holds("the code is sent", () -> !process.received().isEmpty());
    sandbox.interrupt("2");
    process.says(INTERRUPTED);
    assertInstanceOf(Outcome.SandboxLost.class, running.get().outcome(), "a guest's word that it was interrupted");
    assertEquals(List.of("execute"), process.received().stream().map(AgentSandboxSessionTest::type).toList());
  }

  @Test
  void aSecondInterruptOfWhoeverWaitsDoesNotCostTheState() throws Exception {
    FakeProcess process = FakeProcess.silent();
    AgentSandbox sandbox = open(process);
    ExecutionRequest request = new ExecutionRequest("1", "x", Optional.empty(), LONG, HostCalls.NONE);
    Thread caller =
        Thread.startVirtualThread(
            () -> assertThrows(InterruptedException.class, () -> sandbox.execute(request, (_, _) -> {})));
    Eventually.holds("the code is sent", () -> process.received().size() == 1);
    caller.interrupt();
    Eventually.holds("it is interrupted", () -> process.received().size() == 2);
    caller.interrupt();
    process.says(INTERRUPTED);
    caller.join();
    assertTrue(sandbox.alive());
  }

  // Variables.

  @Test
  void asksTheGuestForItsVariables() throws Exception {
    AgentSandbox sandbox =
        open(
            FakeProcess.ready(
                (message, guest) -> guest.says(variables(message.path("id").textValue(), "{\"x\":\"int\",\"ü\":\"str\"}"))));
    assertEquals(Optional.of(Map.of("x", "int", "ü", "str")), sandbox.variables(Deadline.after(LONG)));
    assertEquals(Optional.of(Map.of("x", "int", "ü", "str")), sandbox.variables(Deadline.after(LONG)));
  }

  @Test
  void aGuestThatDoesNotAnswerHasNoVariablesToTell() throws Exception {
    FakeProcess process = FakeProcess.silent();
    AgentSandbox sandbox = open(process);
    assertEquals(Optional.empty(), sandbox.variables(Deadline.after(Duration.ofMillis(5))));
    assertEquals(Optional.empty(), sandbox.variables(Deadline.after(Duration.ofMillis(5))));
    assertEquals(2, process.received().size(), "the second question was never put");
    assertTrue(sandbox.alive());
    process.dies(new SandboxProcess.ExitEvidence(0, false, OptionalLong.empty(), ""));
    Eventually.holds("it is known to be dead", () -> !sandbox.alive());
    assertEquals(Optional.empty(), sandbox.variables(Deadline.after(LONG)));
  }

  @Test
  void aDeathEndsTheWait() throws Exception {
    FakeProcess process =
        FakeProcess.ready((_, guest) -> guest.dies(new SandboxProcess.ExitEvidence(0, false, OptionalLong.empty(), "")));
    assertEquals(Optional.empty(), open(process).variables(Deadline.after(LONG)));
  }

  @Test
  void oneQuestionServesAllWhoAskMeanwhile() throws Exception {
    FakeProcess process = FakeProcess.silent();
    AgentSandbox sandbox = open(process);
    List<FutureTask<Optional<Map<String, String>>>> asking = java.util.stream.Stream.generate(() -> ask(sandbox)).limit(20).toList();
    Eventually.holds("the question is put", () -> process.received().size() == 1);
    process.says(variables("forged", "{\"y\":\"int\"}"));
    process.says(variables(process.received().getFirst().path("id").textValue(), "{\"x\":\"int\"}"));
    assertEquals(Optional.of(Map.of("x", "int")), asking.getFirst().get());
    // Whoever came after the answer asks anew, and is answered too.
    for (FutureTask<Optional<Map<String, String>>> one : asking) {
      Eventually.holds(
          "it is answered",
          () -> {
            process.says(variables(process.received().getLast().path("id").textValue(), "{\"x\":\"int\"}"));
            return one.isDone();
          });
      assertEquals(Optional.of(Map.of("x", "int")), one.get());
    }
    assertTrue(process.received().size() < 20);
    assertTrue(sandbox.alive());
  }

  @Test
  void readsAsManyNamesAsThereMayBe() throws Exception {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < 256; i++) {
      names.append(i == 0 ? "" : ",").append("\"n%d\":\"%s\"".formatted(i, "😀".repeat(200)));
    }
    GuestMessage.Variables read = assertInstanceOf(GuestMessage.Variables.class, read(variables("1", "{" + names + "}")));
    assertEquals(256, read.names().size());
    assertThrows(ProtocolException.class, () -> read(variables("1", "{" + names + ",\"more\":\"int\"}")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"variables\",\"id\":\"1\"}",
        "{\"type\":\"variables\",\"id\":\"1\",\"names\":[]}",
        "{\"type\":\"variables\",\"names\":{}}",
        "{\"type\":\"variables\",\"id\":\"1\",\"names\":{\"x\":\"1\",\"x\":\"2\"}}",
        "{\"type\":\"variables\",\"id\":\"1\",\"names\":{\"x\":\"\\ud800\"}}"
      })
  void refusesWhatIsNoListing(String json) {
    assertThrows(ProtocolException.class, () -> read(json));
  }

  @Test
  void refusesNamesThatAreTooLong() {
    String tooLong = "x".repeat(201);
    assertThrows(ProtocolException.class, () -> read(variables("1", "{\"%s\":\"int\"}".formatted(tooLong))));
    assertThrows(ProtocolException.class, () -> read(variables("1", "{\"x\":\"%s\"}".formatted(tooLong))));
  }

  @Test
  void asksInTheWordsOfTheProtocol() throws Exception {
    byte[] frame = MessageWriter.frame(new HostMessage.Variables("7"));
    assertEquals(
        "{\"type\":\"variables\",\"id\":\"7\"}",
        new String(frame, Integer.BYTES, ByteBuffer.wrap(frame).getInt(), StandardCharsets.UTF_8));
  }

  private static FutureTask<Optional<Map<String, String>>> ask(AgentSandbox sandbox) {
    FutureTask<Optional<Map<String, String>>> task = new FutureTask<>(() -> sandbox.variables(Deadline.after(LONG)));
    Thread.startVirtualThread(task);
    return task;
  }

  private static FutureTask<ExecutionResult> start(AgentSandbox sandbox) {
    ExecutionRequest request = new ExecutionRequest("1", "x", Optional.empty(), LONG, HostCalls.NONE);
    FutureTask<ExecutionResult> task = new FutureTask<>(() -> sandbox.execute(request, (_, _) -> {}));
    Thread.startVirtualThread(task);
    return task;
  }

  private static String variables(String id, String names) {
    return "{\"type\":\"variables\",\"id\":\"%s\",\"names\":%s}".formatted(id, names);
  }

  private static String type(JsonNode message) {
    return message.path("type").textValue();
  }

  private static GuestMessage read(String json) throws java.io.IOException {
    return new MessageReader(new ByteArrayInputStream(Frames.of(json))).read().orElseThrow();
  }

  private static AgentSandbox open(FakeProcess process) throws InterruptedException {
    return AgentSandbox.open("box", process, LIMITS, ByteSize.mebibytes(1), true, Deadline.after(LONG));
  }
}
