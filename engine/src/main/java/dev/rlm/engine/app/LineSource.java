package dev.rlm.engine.app;

import java.io.IOException;

/** Where a session's lines come from. */
interface LineSource extends AutoCloseable {

  /** What was entered. */
  sealed interface Input {

    /** A line, or several that were pasted at once. */
    record Text(String text) implements Input {}

    /** Ctrl-C: what was typed is thrown away. */
    record Cancelled() implements Input {}

    /** There is no more. */
    record End() implements Input {}
  }

  /** Waits for what is entered. */
  Input read(String prompt) throws IOException;

  /**
   * Listens for Ctrl-C while code runs.
   *
   * @param interrupt what is to be done then; called by any thread
   * @return ends the listening
   */
  Listening onInterrupt(Runnable interrupt);

  /** That Ctrl-C is listened for. */
  interface Listening extends AutoCloseable {
    @Override
    void close();
  }

  @Override
  void close() throws IOException;
}
