package dev.rlm.engine.repl;

/** Keeps what runs did. Safe for use by many threads. */
@FunctionalInterface
public interface RunRecorder {

  /** Keeps nothing. */
  RunRecorder NONE = (_, _) -> Recording.NONE;

  /** Begins to keep a run. */
  Recording begin(RunId id, String owner);

  /** One run on its way to where it is kept. Hears of every event, and throws nothing. */
  interface Recording extends RunListener, AutoCloseable {

    /** Keeps nothing. */
    Recording NONE =
        new Recording() {
          @Override
          public void on(RunEvent event) {}

          @Override
          public void close() {}
        };

    /** Ends the record, also of a run that was broken off. */
    @Override
    void close();
  }
}
