package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.OutputListener;

/**
 * Hears of an execution while it runs. Called by one thread at a time, in order, and never after the execution has returned. Must
 * not block for long: the sandbox waits meanwhile.
 */
public interface ExecutionListener {

  /** Hears nothing. */
  ExecutionListener NONE =
      new ExecutionListener() {
        @Override
        public void started(String executionId) {}

        @Override
        public void output(OutputListener.Stream stream, String text) {}
      };

  /** The code is about to run. */
  void started(String executionId);

  /** The code wrote something, which has passed the filter. */
  void output(OutputListener.Stream stream, String text);
}
