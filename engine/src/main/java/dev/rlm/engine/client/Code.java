package dev.rlm.engine.client;

import java.time.Duration;
import java.util.Optional;

/**
 * Code to run.
 *
 * @param source Python
 * @param context what the variable {@code context} is to be
 * @param timeout wall time that it may take; empty for the engine's own
 */
public record Code(String source, Optional<ContextValue> context, Optional<Duration> timeout) {}
