package dev.rlm.egress.rule;

import dev.rlm.egress.match.Shape;
import dev.rlm.egress.match.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * A rule with its automata, which are built when they are first needed: most rules of a large set
 * never are. Thread-safe.
 */
public final class CompiledRule {

  /** The three automata of a rule; lead and tail may be missing. */
  public record Shapes(@Nullable Shape lead, Shape shape, @Nullable Shape tail) {}

  private final Rule rule;
  private volatile @Nullable Shapes shapes;

  /** Takes a rule; compiles nothing yet. */
  public CompiledRule(Rule rule) {
    this.rule = rule;
  }

  /** The rule as it was written. */
  public Rule rule() {
    return rule;
  }

  /**
   * The automata, built by whoever asks first.
   *
   * @return the automata
   * @throws ShapeException when a shape is not valid
   */
  public Shapes shapes() {
    Shapes ready = shapes;
    if (ready == null) {
      ready = compile(rule);
      shapes = ready;
    }
    return ready;
  }

  private static Shapes compile(Rule rule) {
    try {
      return new Shapes(
          rule.lead().isEmpty() ? null : Shape.compile(rule.lead()),
          Shape.compile(rule.shape()),
          rule.tail().isEmpty() ? null : Shape.compile(rule.tail()));
    } catch (ShapeException e) {
      throw new ShapeException("rule " + rule.id() + ": " + e.getMessage());
    }
  }
}
