package dev.rlm.engine.config;

import dev.rlm.engine.sandbox.ByteSize;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/**
 * What runs of the loop may take, each with all of its children, and how long it is remembered what they did.
 *
 * @param maxRuns that may be under way at one time
 * @param iterations turns of one loop
 * @param totalIterations turns of all loops of a run
 * @param depth levels of loops
 * @param subCalls calls that code makes to models
 * @param concurrentCalls model calls under way at one time
 * @param promptTokens sent to models
 * @param outputTokens that models send back
 * @param cost US dollars; empty for no limit
 * @param time wall time
 * @param shownPerBlock characters of a block's output that its model is shown
 * @param shown characters of output that models are shown in all
 * @param directCharacters inputs of at most so many go to the model without a loop; 0: none do
 * @param trajectoryBudget disk that trajectories may take together
 * @param trajectoryTimeToLive how long one is kept
 */
public record RunSettings(
    int maxRuns,
    int iterations,
    int totalIterations,
    int depth,
    int subCalls,
    int concurrentCalls,
    long promptTokens,
    long outputTokens,
    Optional<BigDecimal> cost,
    Duration time,
    int shownPerBlock,
    int shown,
    int directCharacters,
    ByteSize trajectoryBudget,
    Duration trajectoryTimeToLive) {}
