package dev.rlm.engine.api;

import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionListener;
import dev.rlm.engine.sandbox.OutputListener;

/** Runs code and tells of it while it runs. Code whose client is gone is interrupted. */
final class StreamedExecution {

  private StreamedExecution() {}

  /** Runs code, hearing of it as it runs. */
  @FunctionalInterface
  interface Work {
    Execution run(ExecutionListener listener) throws InterruptedException;
  }

  /**
   * Runs code and sends all of its events, the mandatory end included. Where this throws, no end was sent.
   *
   * @param beforeEnd called before the end is sent: the client may answer it with the next
   * @throws EventSink.ClientGoneException when the client is gone; the code was interrupted
   */
  static void run(EventSink sink, Work work, Runnable beforeEnd) throws InterruptedException {
    KeptAlive client = new KeptAlive(sink);
    Execution execution;
    try {
      execution = work.run(new Listener(client));
    } finally {
      client.stop();
    }
    execution.result().ifPresent(value -> sink.send(Event.Result.of(value)));
    execution.error().ifPresent(error -> sink.send(Event.Failure.of(error)));
    beforeEnd.run();
    sink.send(Event.End.of(execution));
  }

  /** Passes on what is heard. */
  private record Listener(KeptAlive client) implements ExecutionListener {

    @Override
    public void started(String executionId) {
      client.send(Event.Start.of(executionId));
      client.start();
    }

    @Override
    public void output(OutputListener.Stream stream, String text) {
      client.send(Event.Output.of(stream, text));
    }
  }
}
