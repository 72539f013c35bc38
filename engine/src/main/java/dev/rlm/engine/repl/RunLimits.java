package dev.rlm.engine.repl;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/**
 * How much a run may take, with all of its children together unless it says otherwise.
 *
 * @param iterations turns of the model in one loop, at least 1
 * @param totalIterations turns of the models in all loops of the tree, at least 1
 * @param depth levels of loops: 1 is a loop whose sub-calls are plain model calls
 * @param subCalls calls that code makes to models, each item of a batch and each child loop counted
 * @param concurrentCalls model calls under way at one time
 * @param promptTokens tokens sent to models
 * @param outputTokens tokens that models send back
 * @param cost US dollars; empty for no limit
 * @param time wall time of the whole run
 * @param shownPerBlock characters of one block's output that its model is shown, head and tail
 * @param shown characters of output that models are shown in all
 * @param directCharacters inputs of at most so many characters go to the model as they are, without a loop; 0: none do
 */
public record RunLimits(
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
    long shown,
    int directCharacters) {

  /** Rejects what leaves no room for a run with {@link IllegalArgumentException}. */
  public RunLimits {
    require(iterations >= 1, "iterations", iterations);
    require(totalIterations >= 1, "total iterations", totalIterations);
    require(depth >= 1, "depth", depth);
    require(subCalls >= 0, "sub-calls", subCalls);
    require(concurrentCalls >= 1, "concurrent calls", concurrentCalls);
    require(promptTokens >= 1, "prompt tokens", promptTokens);
    require(outputTokens >= 1, "output tokens", outputTokens);
    require(cost.map(BigDecimal::signum).orElse(1) >= 0, "cost", cost);
    require(time.isPositive(), "time", time);
    require(shownPerBlock >= 1, "characters shown of a block", shownPerBlock);
    require(shown >= 0, "characters shown", shown);
    require(directCharacters >= 0, "characters that go to the model directly", directCharacters);
  }

  private static void require(boolean holds, String what, Object value) {
    if (!holds) {
      throw new IllegalArgumentException("the limit of %s is too low: %s".formatted(what, value));
    }
  }

  /** Returns these limits, each lowered to what is asked for; what is asked for beyond them changes nothing. */
  public RunLimits loweredTo(RequestedLimits asked) {
    return new RunLimits(
        lower(iterations, asked.iterations()),
        lower(totalIterations, asked.totalIterations()),
        lower(depth, asked.depth()),
        lower(subCalls, asked.subCalls()),
        lower(concurrentCalls, asked.concurrentCalls()),
        lower(promptTokens, asked.promptTokens()),
        lower(outputTokens, asked.outputTokens()),
        asked.cost().isPresent() ? Optional.of(lower(cost.orElse(asked.cost().get()), asked.cost())) : cost,
        lower(time, asked.time()),
        lower(shownPerBlock, asked.shownPerBlock()),
        lower(shown, asked.shown()),
        lower(directCharacters, asked.directCharacters()));
  }

  private static <T extends Comparable<T>> T lower(T configured, Optional<T> asked) {
    return asked.filter(value -> value.compareTo(configured) < 0).orElse(configured);
  }
}
