package dev.rlm.engine.api;

import dev.rlm.engine.execution.EgressFinding;
import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.Isolation;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The answer to {@code POST /execute}, as it stands on the wire. {@code openapi.yaml} describes each field. */
record ExecuteResponse(
    boolean success,
    String stdout,
    String stderr,
    Map<String, @Nullable Object> locals,
    BigDecimal executionTime,
    Optional<ExecutionError> error,
    Optional<String> result,
    String executionId,
    String outcome,
    Optional<Integer> exitCode,
    boolean truncated,
    List<EgressFinding> findings,
    Isolation isolation,
    Usage usage,
    Timing timing) {

  /** What the execution used. */
  record Usage(BigDecimal wallMs, Optional<BigDecimal> cpuMs, OptionalLong memoryPeakBytes) {}

  /** Where the time went before the code ran. */
  record Timing(BigDecimal queueMs, BigDecimal startMs, boolean warm) {}

  static ExecuteResponse of(Execution execution) {
    Duration wall = execution.usage().wall();
    return new ExecuteResponse(
        execution.success(),
        execution.stdout(),
        execution.stderr(),
        execution.locals(),
        BigDecimal.valueOf(wall.toNanos(), 9).setScale(6, RoundingMode.HALF_UP),
        execution.error(),
        execution.result(),
        execution.id(),
        execution.outcome().label(),
        execution.exitCode(),
        execution.truncated(),
        execution.findings(),
        execution.isolation(),
        new Usage(millis(wall), execution.usage().cpu().map(ExecuteResponse::millis), execution.usage().memoryPeak()),
        new Timing(
            millis(execution.timing().queued()), millis(execution.timing().start()), execution.timing().warm()));
  }

  /** Returns the same without the output, for a caller who has got it already. */
  ExecuteResponse withoutOutput() {
    return new ExecuteResponse(
        success,
        "",
        "",
        locals,
        executionTime,
        error,
        result,
        executionId,
        outcome,
        exitCode,
        truncated,
        findings,
        isolation,
        usage,
        timing);
  }

  private static BigDecimal millis(Duration duration) {
    return BigDecimal.valueOf(duration.toNanos(), 6).setScale(3, RoundingMode.HALF_UP);
  }
}
