package dev.rlm.engine.client;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/**
 * A question about a context; limits that are empty are the engine's own.
 *
 * @param query what is asked
 * @param context what it is about
 * @param model drives the run
 * @param schema JSON Schema, as JSON, of what the answer must be
 * @param maxIterations turns of the model
 * @param maxDepth levels of loops
 * @param maxSubCalls calls of the code to models
 * @param maxCost US dollars
 * @param timeout wall time
 */
public record Question(
    String query,
    Optional<ContextValue> context,
    Optional<String> model,
    Optional<String> schema,
    Optional<Integer> maxIterations,
    Optional<Integer> maxDepth,
    Optional<Integer> maxSubCalls,
    Optional<BigDecimal> maxCost,
    Optional<Duration> timeout) {}
