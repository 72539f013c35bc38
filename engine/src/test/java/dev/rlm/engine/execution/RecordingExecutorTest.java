package dev.rlm.engine.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.CapturedLog;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.telemetry.Meters;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RecordingExecutorTest {

  private static final ExecutionCommand COMMAND =
      new ExecutionCommand("HOSTILE = 1", Optional.of(new GuestContext.Json("\"HOSTILE\"")), Duration.ofSeconds(1), HostCalls.NONE);

  private final Meters meters = new Meters();

  @Test
  void countsExecutionsByTheirOutcome() throws Exception {
    run(new Outcome.Completed());
    run(new Outcome.Completed());
    run(new Outcome.OutOfMemory(dev.rlm.engine.sandbox.ByteSize.mebibytes(512)));
    assertMeter("rlm_execution_seconds_count{outcome=\"completed\"} 2");
    assertMeter("rlm_execution_seconds_count{outcome=\"out_of_memory\"} 1");
    assertMeter("rlm_execution_seconds_sum{outcome=\"completed\"} 0.008");
    assertMeter("rlm_sandbox_take_seconds_count{launch=\"cold\"} 3");
    assertMeter("rlm_sandbox_take_seconds_sum{launch=\"cold\"} 0.75");
  }

  @Test
  void countsFindings() throws Exception {
    EgressFinding finding = new EgressFinding("github-pat", "stdout", 0, 40, List.of(), "high", "redacted", "");
    Executions.run(
        new RecordingExecutor(
            meters, (_, _, _) -> Executions.of(new Outcome.Completed(), Map.of(), List.of(finding, finding))),
        COMMAND);
    assertMeter("rlm_egress_findings_total{action=\"redacted\",rule=\"github-pat\"} 2.0");
  }

  @ParameterizedTest
  @EnumSource
  void countsWhatWasNotBegun(OverloadedException.Reason reason) {
    Executor executor =
        new RecordingExecutor(
            meters,
            (_, _, _) -> {
              throw Executions.overloaded(reason);
            });
    assertThrows(OverloadedException.class, () -> Executions.run(executor, COMMAND));
    assertMeter("rlm_rejected_total{reason=\"%s\"} 1.0".formatted(reason.name().toLowerCase(java.util.Locale.ROOT)));
    assertFalse(meters.scrape().contains("rlm_execution_seconds_count"));
  }

  @ParameterizedTest
  @EnumSource
  void countsSandboxesThatCouldNotBeHad(SandboxUnavailableException.Reason reason) {
    Executor executor =
        new RecordingExecutor(
            meters,
            (_, _, _) -> {
              throw new SandboxUnavailableException(reason, "none");
            });
    assertThrows(SandboxUnavailableException.class, () -> Executions.run(executor, COMMAND));
    assertMeter(
        "rlm_rejected_total{reason=\"sandbox_%s\"} 1.0".formatted(reason.name().toLowerCase(java.util.Locale.ROOT)));
  }

  @Test
  void writesOneLineForEachExecutionWithNothingOfTheGuestsInIt() throws Exception {
    Execution hostile = hostile();
    try (CapturedLog log = new CapturedLog(RecordingExecutor.class)) {
      Executions.run(new RecordingExecutor(meters, (_, _, _) -> hostile), COMMAND);
      assertEquals(1, log.events().size());
      String line = log.events().getFirst();
      assertTrue(
          line.startsWith("INFO execution 00000000-0000-4000-8000-000000000000: raised in 4 ms,"
                  + " sandbox after 250 ms, 1 findings"),
          line);
      assertTrue(line.stripTrailing().endsWith("runsc"), line);
      assertFalse(line.contains("HOSTILE"), line);
      assertEquals(1, line.lines().count(), line);
    }
    assertFalse(meters.scrape().contains("HOSTILE"), meters.scrape());
  }

  @Test
  void passesOnWhatTheNextLayerSaid() throws Exception {
    Execution execution = Executions.of(new Outcome.Completed());
    assertEquals(execution, Executions.run(new RecordingExecutor(meters, (_, _, _) -> execution), COMMAND));
  }

  private static Execution hostile() {
    Execution execution = Executions.of(new Outcome.Raised(new ExecutionError("HOSTILE", "HOSTILE\nERROR", "HOSTILE")));
    return new Execution(
        execution.id(),
        execution.outcome(),
        execution.error(),
        "HOSTILE",
        "HOSTILE",
        Optional.of("HOSTILE"),
        Map.of("HOSTILE", "HOSTILE"),
        false,
        List.of(new EgressFinding("private-key", "stderr", 0, 7, List.of(), "high", "redacted", "")),
        execution.isolation(),
        execution.usage(),
        execution.timing());
  }

  private void run(Outcome outcome) throws InterruptedException {
    Executions.run(new RecordingExecutor(meters, (_, _, _) -> Executions.of(outcome)), COMMAND);
  }

  private void assertMeter(String line) {
    assertTrue(meters.scrape().lines().anyMatch(line::equals), () -> line + " is not in\n" + meters.scrape());
  }
}
