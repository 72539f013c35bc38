package dev.rlm.engine.repl;

import dev.rlm.engine.model.TokenUsage;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a run took, all of its children included.
 *
 * @param iterations turns of the models, in all loops
 * @param subCalls calls that code made to models, child loops included
 * @param depth levels of loops that there were; 0 when the model answered directly
 * @param models what each model took, by name
 */
public record RunTotals(int iterations, int subCalls, int depth, Map<String, ModelTotals> models) {

  /**
   * What one model took.
   *
   * @param calls answers that came
   * @param retries attempts that failed and were repeated
   * @param usage tokens
   * @param cost US dollars, where its price is known
   */
  public record ModelTotals(int calls, int retries, TokenUsage usage, Optional<BigDecimal> cost) {}

  /** Copies the map, keeping its order. */
  public RunTotals {
    models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
  }

  /** Returns the tokens of all models together. */
  public TokenUsage usage() {
    return models.values().stream().map(ModelTotals::usage).reduce(TokenUsage.NONE, TokenUsage::plus);
  }

  /** Returns what all of it cost, in US dollars; empty when the price of a model is not known. */
  public Optional<BigDecimal> cost() {
    return models.values().stream()
        .map(ModelTotals::cost)
        .reduce(Optional.of(BigDecimal.ZERO), (one, other) -> one.flatMap(sum -> other.map(sum::add)));
  }
}
