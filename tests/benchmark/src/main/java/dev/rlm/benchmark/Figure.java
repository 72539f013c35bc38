package dev.rlm.benchmark;

import java.util.Optional;

/**
 * One line of the table.
 *
 * @param what what was measured
 * @param unit in which
 * @param engine the engine's value
 * @param otherwise what a user would have without the engine, in the same run; empty where there is nothing to compare with
 * @param bar what is promised of it; empty where nothing is
 */
record Figure(String what, String unit, double engine, Optional<Otherwise> otherwise, Optional<Bar> bar) {

  /**
   * The other arm.
   *
   * @param what what a user would do
   * @param value its value in the same unit
   */
  record Otherwise(String what, double value) {}

  /**
   * A promise.
   *
   * @param text what is promised
   * @param holds whether this run kept it
   */
  record Bar(String text, boolean holds) {}

  static Figure of(String what, String unit, double engine) {
    return new Figure(what, unit, engine, Optional.empty(), Optional.empty());
  }

  Figure beside(String other, double value) {
    return new Figure(what, unit, engine, Optional.of(new Otherwise(other, value)), bar);
  }

  /** Promises that the value is at most so much. */
  Figure atMost(double limit) {
    return bar("≤ %s %s".formatted(Table.number(limit), unit), engine <= limit);
  }

  /** Promises that the value is at least so much. */
  Figure atLeast(double limit) {
    return bar("≥ %s %s".formatted(Table.number(limit), unit), engine >= limit);
  }

  Figure bar(String text, boolean holds) {
    return new Figure(what, unit, engine, otherwise, Optional.of(new Bar(text, holds)));
  }

  /** Returns the engine's value as a multiple of the other arm's. */
  Optional<Double> ratio() {
    return otherwise.filter(other -> other.value() != 0).map(other -> engine / other.value());
  }
}
