package dev.rlm.engine.repl;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/** Limits that a caller asks for; each may lower that of {@link RunLimits} under the same name, and never raise it. */
public record RequestedLimits(
    Optional<Integer> iterations,
    Optional<Integer> totalIterations,
    Optional<Integer> depth,
    Optional<Integer> subCalls,
    Optional<Integer> concurrentCalls,
    Optional<Long> promptTokens,
    Optional<Long> outputTokens,
    Optional<BigDecimal> cost,
    Optional<Duration> time,
    Optional<Integer> shownPerBlock,
    Optional<Long> shown,
    Optional<Integer> directCharacters) {

  /** Asks for nothing: the configured limits hold. */
  public static final RequestedLimits NONE =
      new RequestedLimits(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
}
