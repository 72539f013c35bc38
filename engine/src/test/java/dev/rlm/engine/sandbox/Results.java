package dev.rlm.engine.sandbox;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Results of executions that tests make up. */
public final class Results {

  /** Four milliseconds, and nothing else that the host could read. */
  public static final Usage USAGE = new Usage(Duration.ofMillis(4), Optional.empty(), OptionalLong.empty());

  private Results() {}

  /** Returns a request to run nothing. */
  public static ExecutionRequest request() {
    return new ExecutionRequest("1", "", Optional.empty(), Duration.ofSeconds(1), HostCalls.NONE);
  }

  /** Returns a result with variables and nothing else. */
  public static ExecutionResult of(Outcome outcome, Map<String, @Nullable Object> locals) {
    return of(outcome, Optional.empty(), locals);
  }

  /** Returns a result. */
  @SuppressWarnings("NullAway") // It cannot see the annotations of a record's compact constructor in a class file.
  public static ExecutionResult of(Outcome outcome, Optional<String> value, Map<String, @Nullable Object> locals) {
    return new ExecutionResult(outcome, value, locals, false, USAGE);
  }
}
