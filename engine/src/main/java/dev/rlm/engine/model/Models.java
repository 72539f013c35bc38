package dev.rlm.engine.model;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * The models that the operator offers: nobody else may name another, since the operator pays.
 *
 * @param standard drives a run that names none
 * @param recursive answers sub-calls, and drives the runs below, where they name none
 * @param others further models that requests and sub-calls may name
 * @param prices what models cost, by name; those that are missing have no known price
 */
public record Models(String standard, String recursive, SequencedSet<String> others, Map<String, ModelPrice> prices) {

  /** Copies the collections. */
  public Models {
    others = java.util.Collections.unmodifiableSequencedSet(new LinkedHashSet<>(others));
    prices = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(prices));
  }

  /** Returns every model that may be named, the standard one first. */
  public SequencedSet<String> offered() {
    SequencedSet<String> offered = new LinkedHashSet<>();
    offered.add(standard);
    offered.add(recursive);
    offered.addAll(others);
    return offered;
  }

  /** Returns what a model costs, where that is known. */
  public Optional<ModelPrice> price(String model) {
    return Optional.ofNullable(prices.get(model));
  }
}
