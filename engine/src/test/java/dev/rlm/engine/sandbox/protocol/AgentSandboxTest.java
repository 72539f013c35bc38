package dev.rlm.engine.sandbox.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.CapturedLog;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.ExecutionRequest;
import dev.rlm.engine.sandbox.ExecutionResult;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.OutputListener;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The conversation with an agent, on the host's side. The guest's side is played by {@link FakeProcess}. */
@Timeout(60)
final class AgentSandboxTest {

  private static final ResourceLimits LIMITS =
      new ResourceLimits(ByteSize.mebibytes(512), 50, 1, ByteSize.mebibytes(64));
  private static final ByteSize OUTPUT_LIMIT = new ByteSize(1_000);
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final Duration SHORT = Duration.ofMillis(20);

  private final List<String> written = new CopyOnWriteArrayList<>();
  private final OutputListener listener = (stream, text) -> written.add(stream + ":" + text);

  // Coming up.

  @Test
  void opensWhenTheAgentIsUp() throws Exception {
    FakeProcess process = FakeProcess.silent();
    AgentSandbox sandbox = open(process);
    assertTrue(sandbox.alive());
    assertFalse(process.killed());
    sandbox.close();
    assertFalse(sandbox.alive());
    assertTrue(process.closed());
  }

  @Test
  void givesUpAnAgentThatDoesNotComeUpInTime() {
    FakeProcess process = new FakeProcess((_, _) -> {});
    assertEquals(
        "the agent in sandbox box did not come up in time",
        unavailable(process, true, Deadline.after(SHORT)).getMessage());
    assertTrue(process.closed());
  }

  @Test
  void givesUpAnAgentOfAnotherProtocol() {
    FakeProcess process = new FakeProcess((_, _) -> {});
    process.says("{\"type\":\"ready\",\"protocol\":2,\"python\":\"3.13.5\",\"guard\":true}");
    assertTrue(unavailable(process, true, Deadline.after(LONG)).getMessage().contains("speaks protocol 2"));
    assertTrue(process.closed());
  }

  @Test
  void givesUpAnAgentWhoseGuardIsNotAsAskedFor() {
    FakeProcess unguarded = new FakeProcess((_, _) -> {});
    unguarded.says("{\"type\":\"ready\",\"protocol\":1,\"python\":\"3.13.5\",\"guard\":false}");
    unavailable(unguarded, true, Deadline.after(LONG));
    assertTrue(unguarded.closed());
    FakeProcess guarded = FakeProcess.silent();
    unavailable(guarded, false, Deadline.after(LONG));
    assertTrue(guarded.closed());
  }

  @Test
  void saysWhatAnAgentSaidThatDidNotComeUp() {
    FakeProcess process = new FakeProcess((_, _) -> {});
    process.dies(new SandboxProcess.ExitEvidence(71, false, OptionalLong.empty(), "no guard\n\u001b[2J"));
    assertEquals(
        "the agent in sandbox box ended with status 71: no guard\\u000a\\u001b[2J",
        unavailable(process, true, Deadline.after(LONG)).getMessage());
    assertTrue(process.closed());
  }

  @Test
  void givesUpAProcessThatBreaksOff() {
    FakeProcess process = new FakeProcess((_, _) -> {});
    process.vanishes();
    assertTrue(unavailable(process, true, Deadline.after(LONG)).getMessage().endsWith("broke off"));
    assertTrue(process.closed());
  }

  @Test
  void givesUpAnAgentThatIsNoneAndKillsIt() {
    FakeProcess process = new FakeProcess((_, _) -> {});
    process.sends("HTTP/1.1 200 OK\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    unavailable(process, true, Deadline.after(LONG));
    assertTrue(process.killed());
  }

  @Test
  void leavesNothingBehindWhenItsCallerIsInterruptedWhileItComesUp() {
    FakeProcess process = new FakeProcess((_, _) -> {});
    Thread.currentThread().interrupt();
    assertThrows(
        InterruptedException.class,
        () -> AgentSandbox.open("box", process, LIMITS, OUTPUT_LIMIT, true, Deadline.after(LONG)));
    assertTrue(process.closed());
  }

  // Ends that the guest brings about.

  @Test
  void runsCodeToItsEnd() throws Exception {
    FakeProcess process =
        answering(
            "{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"Hello\\n\"}",
            "{\"type\":\"stderr\",\"id\":\"1\",\"data\":\"oh\"}",
            "{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"bye\"}",
            Frames.result("1", "completed", "")
                .replace("\"result\":null", "\"result\":\"100\"")
                .replace("\"locals\":{}", "\"locals\":{\"x\":42}")
                .replace("\"locals_truncated\":false", "\"locals_truncated\":true"));
    AgentSandbox sandbox = open(process);
    ExecutionResult result = sandbox.execute(request("1", LONG), listener);
    assertEquals(new Outcome.Completed(), result.outcome());
    assertEquals(Optional.of("100"), result.value());
    assertEquals(Map.of("x", 42), result.locals());
    assertTrue(result.localsTruncated());
    assertEquals(List.of("STDOUT:Hello\n", "STDERR:oh", "STDOUT:bye"), written);
    assertTrue(sandbox.alive());
    JsonNode sent = process.received().getFirst();
    assertEquals("execute", sent.get("type").textValue());
    assertEquals("x = 42", sent.get("code").textValue());
    assertEquals(7, sent.get("context").intValue());
  }

  @Test
  void keepsTheSandboxAfterAnException() throws Exception {
    FakeProcess process = answering(raised("1", false));
    AgentSandbox sandbox = open(process);
    assertEquals(
        new Outcome.Raised(new ExecutionError("ValueError", "no", "Traceback")),
        sandbox.execute(request("1", LONG), listener).outcome());
    assertTrue(sandbox.alive());
    assertFalse(process.killed());
  }

  @Test
  void reportsTheProcessLimit() throws Exception {
    AgentSandbox sandbox = open(answering(raised("1", true)));
    Outcome outcome = sandbox.execute(request("1", LONG), listener).outcome();
    assertEquals(50, assertInstanceOf(Outcome.ProcessLimit.class, outcome).limit());
    assertTrue(sandbox.alive());
  }

  @Test
  void reportsSystemExit() throws Exception {
    AgentSandbox sandbox =
        open(answering(Frames.result("1", "exited", "").replace("\"exit_code\":null", "\"exit_code\":3")));
    assertEquals(new Outcome.Exited(3), sandbox.execute(request("1", LONG), listener).outcome());
    assertTrue(sandbox.alive());
  }

  @Test
  void runsOneExecutionAfterTheOtherInOneSandbox() throws Exception {
    AgentSandbox sandbox =
        open(
            FakeProcess.ready(
                (message, guest) ->
                    guest.says(Frames.result(message.get("id").textValue(), "completed", ""))));
    for (String id : List.of("1", "2", "3")) {
      assertEquals(new Outcome.Completed(), sandbox.execute(request(id, LONG), listener).outcome());
    }
  }

  // Time.

  @Test
  void interruptsCodeThatRunsTooLongAndKeepsItsState() throws Exception {
    FakeProcess process =
        FakeProcess.ready(
            (message, guest) -> {
              if (message.get("type").textValue().equals("interrupt")) {
                guest.says("{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"last\"}");
                guest.says(
                    Frames.result(message.get("id").textValue(), "interrupted", "")
                        .replace("\"locals\":{}", "\"locals\":{\"x\":1}"));
              }
            });
    AgentSandbox sandbox = open(process);
    ExecutionResult result = sandbox.execute(request("1", SHORT), listener);
    assertEquals(new Outcome.TimedOut(SHORT, true), result.outcome());
    assertEquals(Map.of("x", 1), result.locals());
    assertEquals(List.of("STDOUT:last"), written);
    assertTrue(sandbox.alive());
    assertFalse(process.killed());
  }

  @Test
  void theTimeLimitStandsWhateverTheGuestSaysAfterwards() throws Exception {
    FakeProcess process =
        FakeProcess.ready(
            (message, guest) -> {
              if (message.get("type").textValue().equals("interrupt")) {
                guest.says(Frames.result("1", "completed", ""));
              }
            });
    assertEquals(
        new Outcome.TimedOut(SHORT, true), open(process).execute(request("1", SHORT), listener).outcome());
  }

  @Test
  void killsCodeThatDoesNotAnswerTheInterruptAndKeepsItsOutput() throws Exception {
    FakeProcess process =
        FakeProcess.ready(
            (message, guest) -> {
              if (message.get("type").textValue().equals("execute")) {
                guest.says("{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"so far\"}");
              }
            });
    AgentSandbox sandbox = open(process);
    ExecutionResult result = sandbox.execute(request("1", SHORT), listener);
    assertEquals(new Outcome.TimedOut(SHORT, false), result.outcome());
    assertEquals(List.of("STDOUT:so far"), written);
    assertTrue(process.killed());
    assertFalse(sandbox.alive());
    assertEquals(
        List.of("execute", "interrupt"),
        process.received().stream().map(message -> message.get("type").textValue()).toList());
    assertEquals("sandbox_lost", sandbox.execute(request("2", LONG), listener).outcome().label());
  }

  @Test
  void theTimeLimitStandsWhenTheGuestDiesOfTheInterrupt() throws Exception {
    FakeProcess process =
        FakeProcess.ready(
            (message, guest) -> {
              if (message.get("type").textValue().equals("interrupt")) {
                guest.dies(new SandboxProcess.ExitEvidence(0, false, OptionalLong.empty(), ""));
              }
            });
    AgentSandbox sandbox = open(process);
    assertEquals(new Outcome.TimedOut(SHORT, false), sandbox.execute(request("1", SHORT), listener).outcome());
    assertFalse(sandbox.alive());
  }

  // Output.

  @Test
  void killsCodeThatWritesTooMuch() throws Exception {
    FakeProcess process =
        answering(
            output("1", "x".repeat(600)),
            output("1", "y".repeat(401)),
            output("1", "z"),
            Frames.result("1", "completed", ""));
    AgentSandbox sandbox = open(process);
    ExecutionResult result = sandbox.execute(request("1", LONG), listener);
    assertEquals(new Outcome.OutputLimit(OUTPUT_LIMIT), result.outcome());
    assertTrue(process.killed());
    assertFalse(sandbox.alive());
    assertEquals(List.of("STDOUT:" + "x".repeat(600)), written);
  }

  @Test
  void countsBothStreamsTogetherAndEachExecutionAlone() throws Exception {
    FakeProcess process =
        FakeProcess.ready(
            (message, guest) -> {
              String id = message.get("id").textValue();
              guest.says(output(id, "x".repeat(500)));
              guest.says(output(id, "x".repeat(500)).replace("stdout", "stderr"));
              if (id.equals("3")) {
                guest.says(output(id, "x").replace("stdout", "stderr"));
              }
              guest.says(Frames.result(id, "completed", ""));
            });
    AgentSandbox sandbox = open(process);
    assertEquals(new Outcome.Completed(), sandbox.execute(request("1", LONG), listener).outcome());
    assertEquals(new Outcome.Completed(), sandbox.execute(request("2", LONG), listener).outcome());
    assertEquals(new Outcome.OutputLimit(OUTPUT_LIMIT), sandbox.execute(request("3", LONG), listener).outcome());
  }

  @Test
  void dropsOutputThatComesAfterTheResult() throws Exception {
    FakeProcess process =
        FakeProcess.ready(
            (message, guest) -> {
              String id = message.get("id").textValue();
              guest.says(Frames.result(id, "completed", ""));
              guest.says(output(id, "late"));
              guest.says(Frames.result(id, "raised", "").replace("\"error\":null", errorField(false)));
            });
    AgentSandbox sandbox = open(process);
    assertEquals(new Outcome.Completed(), sandbox.execute(request("1", LONG), listener).outcome());
    assertEquals(new Outcome.Completed(), sandbox.execute(request("2", LONG), listener).outcome());
    assertEquals(List.of(), written);
  }

  @Test
  void dropsWhatTheGuestSaysOfExecutionsThatAreNotRunning() throws Exception {
    FakeProcess process =
        answering(
            output("0", "foreign"),
            Frames.result("0", "completed", ""),
            Frames.result("", "completed", ""),
            output("11", "foreign"),
            output("1", "own"),
            raised("1", false));
    AgentSandbox sandbox = open(process);
    assertEquals("raised", sandbox.execute(request("1", LONG), listener).outcome().label());
    assertEquals(List.of("STDOUT:own"), written);
  }

  @Test
  void dropsASecondReady() throws Exception {
    AgentSandbox sandbox =
        open(
            answering(
                "{\"type\":\"ready\",\"protocol\":9,\"python\":\"x\",\"guard\":false}",
                Frames.result("1", "completed", "")));
    assertEquals(new Outcome.Completed(), sandbox.execute(request("1", LONG), listener).outcome());
  }

  @Test
  void losesASandboxWhoseListenerFails() throws Exception {
    FakeProcess process = answering(output("1", "a"), Frames.result("1", "completed", ""));
    AgentSandbox sandbox = open(process);
    try (CapturedLog log = new CapturedLog(AgentSandbox.class)) {
      Outcome outcome =
          sandbox
              .execute(
                  request("1", LONG),
                  (_, _) -> {
                    throw new IllegalStateException("the host's own fault");
                  })
              .outcome();
      assertEquals(new Outcome.SandboxLost("the host failed to read from the guest"), outcome);
      assertTrue(log.text().contains("the host's own fault"), "an operator needs to see it");
    }
    assertTrue(process.killed());
  }

  // Deaths and lies.

  @Test
  void killsAGuestThatBreaksTheProtocol() throws Exception {
    FakeProcess process = FakeProcess.ready((_, guest) -> guest.sends(Frames.length(-1)));
    AgentSandbox sandbox = open(process);
    Outcome outcome = sandbox.execute(request("1", LONG), listener).outcome();
    assertTrue(
        assertInstanceOf(Outcome.SandboxLost.class, outcome).cause().startsWith("the guest broke the protocol: "),
        outcome::toString);
    assertTrue(process.killed());
    assertFalse(sandbox.alive());
  }

  @Test
  void killsAGuestThatClaimsAnInterruptThatNobodySent() throws Exception {
    FakeProcess process = answering(Frames.result("1", "interrupted", ""));
    AgentSandbox sandbox = open(process);
    assertEquals("sandbox_lost", sandbox.execute(request("1", LONG), listener).outcome().label());
    assertTrue(process.killed());
  }

  @Test
  void reportsMemoryThatRanOut() throws Exception {
    assertEquals(
        new Outcome.OutOfMemory(LIMITS.memory()),
        death(new SandboxProcess.ExitEvidence(137, true, OptionalLong.empty(), "")).outcome());
    ExecutionResult peaked =
        death(new SandboxProcess.ExitEvidence(2, false, OptionalLong.of(LIMITS.memory().bytes()), ""));
    assertEquals(new Outcome.OutOfMemory(LIMITS.memory()), peaked.outcome());
    assertEquals(OptionalLong.of(LIMITS.memory().bytes()), peaked.usage().memoryPeak());
  }

  @Test
  void reportsAProcessThatEndedItself() throws Exception {
    assertEquals(
        new Outcome.Exited(139),
        death(new SandboxProcess.ExitEvidence(139, false, OptionalLong.empty(), "")).outcome());
    assertEquals(
        new Outcome.Exited(137),
        death(new SandboxProcess.ExitEvidence(137, false, OptionalLong.empty(), "")).outcome());
  }

  @Test
  void reportsAnAgentThatLostItsHost() throws Exception {
    assertEquals(
        "sandbox_lost", death(new SandboxProcess.ExitEvidence(70, false, OptionalLong.empty(), "")).outcome().label());
  }

  @Test
  void killsAProcessWhoseStreamEndedWithoutItsOwnEnd() throws Exception {
    FakeProcess process = FakeProcess.ready((_, guest) -> guest.vanishes());
    AgentSandbox sandbox = open(process);
    assertEquals("sandbox_lost", sandbox.execute(request("1", LONG), listener).outcome().label());
    assertTrue(process.killed());
    assertFalse(sandbox.alive());
  }

  @Test
  void sendsNothingToAProcessThatCannotBeReachedAndKeepsItForLater() throws Exception {
    FakeProcess process = answering(Frames.result("1", "completed", ""));
    AgentSandbox sandbox = open(process);
    process.reachable(false);
    assertThrows(SandboxUnavailableException.class, () -> sandbox.execute(request("1", LONG), listener));
    assertEquals(List.of(), process.received());
    process.reachable(true);
    assertEquals(new Outcome.Completed(), sandbox.execute(request("1", LONG), listener).outcome());
  }

  @Test
  void doesNotTakeSilenceForATimeoutOfTheCode() throws Exception {
    FakeProcess process = FakeProcess.ready((_, guest) -> guest.reachable(false));
    AgentSandbox sandbox = open(process);
    assertEquals("sandbox_lost", sandbox.execute(request("1", SHORT), listener).outcome().label());
    assertFalse(sandbox.alive());
  }

  @Test
  void givesUpOnAnAgentThatCannotBeReachedLongBeforeTheDeadline() {
    FakeProcess process = new FakeProcess((_, _) -> {});
    process.reachable(false);
    SandboxUnavailableException refused = assertThrows(SandboxUnavailableException.class, () -> open(process));
    assertTrue(refused.getMessage().contains("cannot be reached"), refused.getMessage());
    assertTrue(process.closed());
  }

  @Test
  void treatsAFrameThatBreaksOffAsADeath() throws Exception {
    FakeProcess process =
        FakeProcess.ready(
            (_, guest) -> {
              guest.sends(new byte[] {0, 0, 1});
              guest.dies(new SandboxProcess.ExitEvidence(9, false, OptionalLong.empty(), ""));
            });
    assertEquals(new Outcome.Exited(9), open(process).execute(request("1", LONG), listener).outcome());
  }

  @Test
  void writesTheGuestsDiagnosticsIntoTheLogEscaped() throws Exception {
    try (CapturedLog log = new CapturedLog(AgentSandbox.class)) {
      death(new SandboxProcess.ExitEvidence(1, false, OptionalLong.empty(), "line\nERROR forged\u001b[2J"));
      assertTrue(log.text().contains("line\\u000aERROR forged\\u001b[2J"), log.text());
    }
  }

  @Test
  void noticesADeathWhileNothingRuns() throws Exception {
    FakeProcess process = FakeProcess.silent();
    AgentSandbox sandbox = open(process);
    process.dies(new SandboxProcess.ExitEvidence(0, false, OptionalLong.empty(), ""));
    ExecutionResult result = sandbox.execute(request("1", LONG), listener);
    assertFalse(result.outcome() instanceof Outcome.Completed, result::toString);
    assertFalse(sandbox.alive());
    assertEquals(
        new Outcome.SandboxLost("its process ended"), sandbox.execute(request("2", LONG), listener).outcome());
  }

  @Test
  void killsAGuestThatBreaksTheProtocolWhileNothingRuns() throws Exception {
    FakeProcess process = FakeProcess.silent();
    AgentSandbox sandbox = open(process);
    process.sends(Frames.length(0));
    Outcome outcome = sandbox.execute(request("1", LONG), listener).outcome();
    assertEquals("sandbox_lost", outcome.label());
    assertTrue(process.killed());
  }

  @Test
  void survivesThatItCannotWriteToTheGuest() throws Exception {
    FakeProcess process = FakeProcess.silent();
    AgentSandbox sandbox = open(process);
    process.becomesUnreachable();
    assertEquals(new Outcome.TimedOut(SHORT, false), sandbox.execute(request("1", SHORT), listener).outcome());
    assertTrue(process.killed());
  }

  @Test
  void answersThatAClosedSandboxIsLost() throws Exception {
    AgentSandbox sandbox = open(FakeProcess.silent());
    sandbox.close();
    sandbox.close();
    assertEquals(
        new Outcome.SandboxLost("it was closed"), sandbox.execute(request("1", LONG), listener).outcome());
  }

  @Test
  void endsAnExecutionWhoseSandboxIsClosedMeanwhile() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AgentSandbox sandbox = open(FakeProcess.ready((_, _) -> running.countDown()));
    FutureTask<ExecutionResult> execution = inBackground(sandbox, "1");
    running.await();
    sandbox.close();
    assertFalse(execution.get(30, TimeUnit.SECONDS).outcome() instanceof Outcome.Completed);
  }

  // Callers.

  @Test
  void refusesASecondExecutionAtTheSameTime() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    FakeProcess process = FakeProcess.ready((_, _) -> running.countDown());
    AgentSandbox sandbox = open(process);
    FutureTask<ExecutionResult> first = inBackground(sandbox, "1");
    running.await();
    assertThrows(IllegalStateException.class, () -> sandbox.execute(request("2", LONG), listener));
    assertEquals(1, process.received().size(), "the second must not reach the guest");
    process.says(Frames.result("1", "completed", ""));
    assertEquals(new Outcome.Completed(), first.get(30, TimeUnit.SECONDS).outcome());
  }

  @Test
  void killsTheSandboxOfAnInterruptedCaller() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    FakeProcess process = FakeProcess.ready((_, _) -> running.countDown());
    AgentSandbox sandbox = open(process);
    FutureTask<ExecutionResult> execution =
        new FutureTask<>(() -> sandbox.execute(request("1", LONG), listener));
    Thread caller = Thread.ofVirtual().start(execution);
    running.await();
    caller.interrupt();
    Exception e = assertThrows(ExecutionException.class, () -> execution.get(30, TimeUnit.SECONDS));
    assertInstanceOf(InterruptedException.class, e.getCause());
    assertTrue(process.killed());
    assertFalse(sandbox.alive());
  }

  @Test
  void countsWhatOneExecutionUsed() throws Exception {
    FakeProcess process =
        FakeProcess.ready(
            (_, guest) -> {
              guest.uses(new SandboxProcess.Consumption(Optional.of(Duration.ofMillis(250)), OptionalLong.of(77)));
              guest.says(Frames.result("1", "completed", ""));
            });
    process.uses(new SandboxProcess.Consumption(Optional.of(Duration.ofMillis(100)), OptionalLong.of(50)));
    ExecutionResult result = open(process).execute(request("1", LONG), listener);
    assertEquals(Optional.of(Duration.ofMillis(150)), result.usage().cpu());
    assertEquals(OptionalLong.of(77), result.usage().memoryPeak());
    assertTrue(result.usage().wall().isPositive());
  }

  @Test
  void saysThatUsageIsUnknownWhereItIs() throws Exception {
    ExecutionResult result =
        open(answering(Frames.result("1", "completed", ""))).execute(request("1", LONG), listener);
    assertEquals(Optional.empty(), result.usage().cpu());
    assertEquals(OptionalLong.empty(), result.usage().memoryPeak());
  }

  private FutureTask<ExecutionResult> inBackground(AgentSandbox sandbox, String id) {
    FutureTask<ExecutionResult> execution = new FutureTask<>(() -> sandbox.execute(request(id, LONG), listener));
    Thread.ofVirtual().start(execution);
    return execution;
  }

  private ExecutionResult death(SandboxProcess.ExitEvidence evidence) throws InterruptedException {
    AgentSandbox sandbox = open(FakeProcess.ready((_, guest) -> guest.dies(evidence)));
    ExecutionResult result = sandbox.execute(request("1", LONG), listener);
    assertFalse(sandbox.alive());
    return result;
  }

  private static FakeProcess answering(String... answers) {
    return FakeProcess.ready(
        (_, guest) -> {
          for (String answer : answers) {
            guest.says(answer);
          }
        });
  }

  private static String output(String id, String text) {
    return "{\"type\":\"stdout\",\"id\":\"%s\",\"data\":\"%s\"}".formatted(id, text);
  }

  private static String raised(String id, boolean processLimit) {
    return Frames.result(id, "raised", "").replace("\"error\":null", errorField(processLimit));
  }

  private static String errorField(boolean processLimit) {
    return """
        "error":{"name":"ValueError","value":"no","traceback":"Traceback","process_limit":%s}"""
        .formatted(processLimit);
  }

  private static ExecutionRequest request(String id, Duration timeout) {
    return new ExecutionRequest(id, "x = 42", Optional.of(new GuestContext.Json("7")), timeout, HostCalls.NONE);
  }

  private static AgentSandbox open(FakeProcess process) throws InterruptedException {
    return AgentSandbox.open("box", process, LIMITS, OUTPUT_LIMIT, true, Deadline.after(LONG));
  }

  private static SandboxUnavailableException unavailable(FakeProcess process, boolean guard, Deadline deadline) {
    SandboxUnavailableException e =
        assertThrows(
            SandboxUnavailableException.class,
            () -> AgentSandbox.open("box", process, LIMITS, OUTPUT_LIMIT, guard, deadline));
    assertEquals(SandboxUnavailableException.Reason.AGENT, e.reason());
    return e;
  }
}
