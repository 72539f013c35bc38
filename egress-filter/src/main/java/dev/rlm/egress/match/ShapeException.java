package dev.rlm.egress.match;

/** A shape that cannot be read or that would need too large an automaton. */
public final class ShapeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what is wrong.
   *
   * @param message the fault, with its place in the shape
   */
  public ShapeException(String message) {
    super(message);
  }
}
