package dev.rlm.engine.repl;

/**
 * Hears of a run while it is under way. Called by one thread at a time, in order, and never after the run has returned. The run waits
 * meanwhile. A listener that throws ends the run: that is how a client that is gone stops it.
 */
@FunctionalInterface
public interface RunListener {

  /** Hears nothing. */
  RunListener NONE = _ -> {};

  /** Something happened. */
  void on(RunEvent event);
}
