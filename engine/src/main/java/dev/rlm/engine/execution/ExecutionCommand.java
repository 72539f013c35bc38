package dev.rlm.engine.execution;

import java.time.Duration;
import java.util.Optional;

/**
 * What a caller wants run, within the bounds of the configuration.
 *
 * @param code Python source
 * @param contextJson JSON text bound to the variable {@code context}
 * @param timeout wall time the code may take
 */
public record ExecutionCommand(String code, Optional<String> contextJson, Duration timeout) {}
