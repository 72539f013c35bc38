package dev.rlm.engine.repl;

/** Keeps what runs did. Safe for use by many threads. */
@FunctionalInterface
public interface RunRecorder {

  /** Keeps nothing. */
  RunRecorder NONE = (_, _) -> RunListener.NONE;

  /** Begins to keep a run; what it returns never throws, and hears of a {@link RunEvent.Ended} last, unless the run was broken off. */
  RunListener begin(RunId id, String owner);
}
