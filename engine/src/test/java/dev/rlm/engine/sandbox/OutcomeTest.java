package dev.rlm.engine.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class OutcomeTest {

  private static final ExecutionError OWN = new ExecutionError("ValueError", "no", "Traceback");

  static Stream<Arguments> outcomes() {
    return Stream.of(
        Arguments.of(new Outcome.Completed(), "completed", null),
        Arguments.of(new Outcome.Raised(OWN), "raised", OWN),
        Arguments.of(
            new Outcome.TimedOut(Duration.ofMillis(1_500), true),
            "timed_out",
            host("TimeLimitExceeded", "the code ran longer than its limit of 1.5 s and was interrupted")),
        Arguments.of(
            new Outcome.TimedOut(Duration.ofSeconds(30), false),
            "timed_out",
            host("TimeLimitExceeded", "the code ran longer than its limit of 30 s and was killed")),
        Arguments.of(
            new Outcome.OutOfMemory(ByteSize.mebibytes(512)),
            "out_of_memory",
            host("MemoryLimitExceeded", "the code used more than its limit of 512m and was killed")),
        Arguments.of(
            new Outcome.OutputLimit(ByteSize.mebibytes(64)),
            "output_limit",
            host("OutputLimitExceeded", "the code wrote more than 64m and was killed")),
        Arguments.of(new Outcome.ProcessLimit(50, Optional.of(OWN)), "process_limit", OWN),
        Arguments.of(
            new Outcome.ProcessLimit(50, Optional.empty()),
            "process_limit",
            host("ProcessLimitExceeded", "the code started more than 50 processes and threads")),
        Arguments.of(new Outcome.Exited(3), "exited", host("SystemExit", "3")),
        Arguments.of(new Outcome.SandboxLost("it fell"), "sandbox_lost", host("SandboxLost", "it fell")));
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void hasAStableLabelAndAnExplanation(Outcome outcome, String label, @Nullable ExecutionError explanation) {
    assertEquals(label, outcome.label());
    assertEquals(Optional.ofNullable(explanation), outcome.explanation());
  }

  @Test
  void anExecutionNeedsTime() {
    assertThrows(
        IllegalArgumentException.class, () -> new ExecutionRequest("1", "", Optional.empty(), Duration.ZERO, HostCalls.NONE));
    assertThrows(
        IllegalArgumentException.class, () -> new ExecutionRequest("1", "", Optional.empty(), Duration.ofNanos(-1), HostCalls.NONE));
  }

  @Test
  void aResultKeepsItsVariablesInOrderWhateverBecomesOfTheMap() {
    Map<String, @Nullable Object> locals = new LinkedHashMap<>();
    locals.put("z", 1);
    locals.put("a", null);
    ExecutionResult result = Results.of(new Outcome.Completed(), locals);
    locals.clear();
    assertEquals("[z, a]", result.locals().keySet().toString());
    assertThrows(UnsupportedOperationException.class, () -> result.locals().clear());
  }

  private static ExecutionError host(String name, String value) {
    return new ExecutionError(name, value, "");
  }
}
