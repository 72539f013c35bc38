package dev.rlm.engine.sandbox.protocol;

import dev.rlm.engine.sandbox.ExecutionResult;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.Usage;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The outcome, and what the guest handed over with it. */
record Conclusion(Outcome outcome, Optional<GuestMessage.Result> said, OptionalLong memoryPeak) {

  Conclusion(Outcome outcome) {
    this(outcome, Optional.empty(), OptionalLong.empty());
  }

  Conclusion(Outcome outcome, GuestMessage.Result said) {
    this(outcome, Optional.of(said), OptionalLong.empty());
  }

  Conclusion(Outcome outcome, OptionalLong memoryPeak) {
    this(outcome, Optional.empty(), memoryPeak);
  }

  ExecutionResult result(Usage usage) {
    return new ExecutionResult(
        outcome,
        said.flatMap(GuestMessage.Result::value),
        said.map(GuestMessage.Result::locals).orElse(Map.of()),
        said.map(GuestMessage.Result::localsTruncated).orElse(false),
        usage);
  }
}
