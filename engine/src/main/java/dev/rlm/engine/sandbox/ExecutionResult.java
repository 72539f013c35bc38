package dev.rlm.engine.sandbox;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What running code yielded, besides the output that went to the {@link OutputListener}. All text is the guest's: attacker
 * text, bounded in size, not yet filtered.
 *
 * @param outcome how it ended, as the host decided it
 * @param value bounded {@code repr} of the last expression's value, as in a REPL
 * @param locals variables bound or changed, as JSON values: null, Boolean, Number, String, List and Map
 * @param localsTruncated whether a bound cut something off {@code locals}
 * @param usage what it used
 */
public record ExecutionResult(
    Outcome outcome,
    Optional<String> value,
    Map<String, @Nullable Object> locals,
    boolean localsTruncated,
    Usage usage) {

  /** Copies the map, keeping its order. */
  public ExecutionResult {
    locals = Collections.unmodifiableMap(new LinkedHashMap<>(locals));
  }
}
