package dev.rlm.engine.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.ExecutionRequest;
import dev.rlm.engine.sandbox.ExecutionResult;
import dev.rlm.engine.sandbox.FakeSandboxRuntime;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.OutputListener.Stream;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.Results;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.pool.PoolSettings;
import dev.rlm.engine.sandbox.pool.SandboxPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SandboxExecutorTest {

  private static final String SECRET = "correct-horse-battery-staple-0815";
  private static final SandboxSpec SPEC =
      new SandboxSpec(new ResourceLimits(ByteSize.mebibytes(512), 50, 1, ByteSize.mebibytes(64)), false, true);
  private static final ExecutionCommand COMMAND =
      new ExecutionCommand("x = 42", Optional.of(new GuestContext.Json("{\"a\":1}")), Duration.ofSeconds(3), HostCalls.NONE);

  @Test
  void runsTheCodeInASandboxOfItsOwnAndClosesIt() throws Exception {
    List<ExecutionRequest> requests = new ArrayList<>();
    FakeSandboxRuntime runtime =
        runtime(
            (request, listener) -> {
              requests.add(request);
              listener.output(Stream.STDOUT, "Hel");
              listener.output(Stream.STDERR, "oh");
              listener.output(Stream.STDOUT, "lo");
              return Results.of(new Outcome.Completed(), Optional.of("42"), Map.of("x", 42));
            });
    Rig executor = executor(runtime, 100);
    Execution execution = executor.execute(COMMAND);
    assertTrue(execution.success());
    assertEquals("Hello", execution.stdout());
    assertEquals("oh", execution.stderr());
    assertEquals(Optional.of("42"), execution.result());
    assertEquals(Map.of("x", 42), execution.locals());
    assertEquals(Optional.empty(), execution.error());
    assertEquals(Optional.of(0), execution.exitCode());
    assertEquals(List.of(), execution.findings());
    assertEquals(Executions.ISOLATION, execution.isolation());
    assertEquals(Results.USAGE, execution.usage());
    assertFalse(execution.truncated());
    assertFalse(execution.timing().warm());
    assertEquals(1, runtime.created());
    assertEquals(0, runtime.open());
    assertEquals(List.of(SPEC), runtime.specs());
    ExecutionRequest request = requests.getFirst();
    assertEquals("x = 42", request.code());
    assertEquals(COMMAND.context(), request.context());
    assertEquals(Duration.ofSeconds(3), request.timeout());
    assertEquals(execution.id(), request.id());

    assertNotEquals(execution.id(), executor.execute(COMMAND).id());
    assertEquals(2, runtime.created(), "a sandbox that has run code is never used again");
    assertEquals(0, runtime.open());
  }

  @Test
  void closesTheSandboxWhenItFails() {
    FakeSandboxRuntime runtime =
        runtime(
            (_, _) -> {
              throw new IllegalStateException("fault");
            });
    assertThrows(IllegalStateException.class, () -> executor(runtime, 100).execute(COMMAND));
    assertEquals(1, runtime.created());
    assertEquals(0, runtime.open());
  }

  @Test
  void closesTheSandboxWhenItsCallerIsInterrupted() {
    FakeSandboxRuntime runtime =
        runtime(
            (_, _) -> {
              throw new InterruptedException();
            });
    assertThrows(InterruptedException.class, () -> executor(runtime, 100).execute(COMMAND));
    assertEquals(0, runtime.open());
  }

  @Test
  void filtersAllThatComesOut() throws Exception {
    FakeSandboxRuntime runtime =
        runtime(
            (_, listener) -> {
              listener.output(Stream.STDOUT, "out " + SECRET);
              listener.output(Stream.STDERR, "err " + SECRET);
              return Results.of(
                  new Outcome.Raised(new ExecutionError("E", "value " + SECRET, "traceback " + SECRET)),
                  Optional.of("result " + SECRET),
                  Map.of("local", SECRET));
            });
    Execution execution = executor(runtime, 1_000).execute(COMMAND);
    assertEquals("out [REDACTED:engine-secret]", execution.stdout());
    assertEquals("err [REDACTED:engine-secret]", execution.stderr());
    assertEquals(Optional.of("result [REDACTED:engine-secret]"), execution.result());
    assertEquals(Map.of("local", "[REDACTED:engine-secret]"), execution.locals());
    assertEquals(
        Optional.of(
            new ExecutionError("E", "value [REDACTED:engine-secret]", "traceback [REDACTED:engine-secret]")),
        execution.error());
    assertEquals(
        List.of("stdout", "stderr", "error", "error", "result", "locals"),
        execution.findings().stream().map(EgressFinding::channel).toList());
    assertFalse(execution.success());
    assertEquals(Optional.of(1), execution.exitCode());
  }

  @Test
  void saysThatSomethingWasCutOff() throws Exception {
    FakeSandboxRuntime much =
        runtime(
            (_, listener) -> {
              listener.output(Stream.STDERR, "x ".repeat(100));
              return Results.of(new Outcome.Completed(), Map.of());
            });
    assertTrue(executor(much, 100).execute(COMMAND).truncated());
    FakeSandboxRuntime locals =
        runtime(
            (_, _) -> new ExecutionResult(new Outcome.Completed(), Optional.empty(), Map.of(), true, Results.USAGE));
    assertTrue(executor(locals, 100).execute(COMMAND).truncated());
  }

  @Test
  void tellsTheStatusThatAProcessOfItsOwnWouldHaveHad() {
    assertEquals(Optional.of(137), Executions.of(new Outcome.OutOfMemory(ByteSize.mebibytes(512))).exitCode());
    assertEquals(Optional.of(3), Executions.of(new Outcome.Exited(3)).exitCode());
    assertEquals(Optional.of(1), Executions.of(new Outcome.ProcessLimit(50, Optional.empty())).exitCode());
    assertEquals(Optional.empty(), Executions.of(new Outcome.TimedOut(Duration.ofSeconds(1), true)).exitCode());
    assertEquals(Optional.empty(), Executions.of(new Outcome.OutputLimit(ByteSize.mebibytes(64))).exitCode());
    assertEquals(Optional.empty(), Executions.of(new Outcome.SandboxLost("it fell")).exitCode());
    assertFalse(Executions.of(new Outcome.Exited(0)).success(), "leaving is not running to the end");
  }

  private static FakeSandboxRuntime runtime(FakeSandboxRuntime.Behaviour behaviour) {
    return new FakeSandboxRuntime(Executions.ISOLATION, behaviour);
  }

  private static Rig executor(FakeSandboxRuntime runtime, int kept) {
    PoolSettings none = new PoolSettings(0, 1, 10, Duration.ofSeconds(30));
    return new Rig(
        new SandboxExecutor(runtime.isolation(), kept, Duration.ofSeconds(30)),
        new ThrowawaySource(new SandboxPool(runtime, SPEC, none), Egress.of(List.of(SECRET))));
  }

  /** An executor with a source of sandboxes that are made when they are asked for. */
  private record Rig(SandboxExecutor executor, SandboxSource source) {
    Execution execute(ExecutionCommand command) throws InterruptedException {
      return executor.execute(command, source, ExecutionListener.NONE);
    }
  }
}
