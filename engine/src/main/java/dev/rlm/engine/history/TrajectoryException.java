package dev.rlm.engine.history;

import dev.rlm.engine.sandbox.EngineException;

/** There is no such trajectory, or it is another caller's: the two look alike. */
public final class TrajectoryException extends EngineException {

  private static final long serialVersionUID = 1L;

  TrajectoryException() {
    super("there is no such trajectory: it is forgotten after a time, or there never was one of that id");
  }
}
