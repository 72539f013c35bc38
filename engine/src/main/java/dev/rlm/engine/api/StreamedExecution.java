package dev.rlm.engine.api;

import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionListener;
import dev.rlm.engine.sandbox.OutputListener;
import java.time.Duration;

/**
 * Runs code and tells of it while it runs. A client that is gone is noticed by what cannot be sent to it, at the latest by the
 * second keep-alive; the code is then interrupted.
 */
final class StreamedExecution {

  /** How long nothing may be heard. Two of these pass before a client that went silently is noticed. */
  private static final Duration KEEPALIVE = Duration.ofMillis(900);

  private StreamedExecution() {}

  /** Runs code, hearing of it as it runs. */
  @FunctionalInterface
  interface Work {
    Execution run(ExecutionListener listener) throws InterruptedException;
  }

  /**
   * Runs code and sends all of its events, the mandatory end included.
   *
   * @param beforeEnd called before the end is sent: the client may answer it with the next
   * @throws EventSink.ClientGoneException when the client is gone
   */
  static void run(EventSink sink, Work work, Runnable beforeEnd) throws InterruptedException {
    Thread running = Thread.currentThread();
    Listener listener = new Listener(sink, running);
    Execution execution;
    try {
      execution = work.run(listener);
    } catch (InterruptedException e) {
      if (listener.gone != null) {
        throw listener.gone;
      }
      throw e;
    } finally {
      listener.stop();
    }
    execution.result().ifPresent(value -> sink.send(Event.Result.of(value)));
    execution.error().ifPresent(error -> sink.send(Event.Failure.of(error)));
    beforeEnd.run();
    sink.send(Event.End.of(execution));
  }

  /** Passes on what is heard, and keeps the connection alive in between. */
  private static final class Listener implements ExecutionListener {

    private final EventSink sink;
    private final Thread running;
    private volatile EventSink.@org.jspecify.annotations.Nullable ClientGoneException gone;
    private volatile @org.jspecify.annotations.Nullable Thread keeping;

    Listener(EventSink sink, Thread running) {
      this.sink = sink;
      this.running = running;
    }

    @Override
    public void started(String executionId) {
      send(Event.Start.of(executionId));
      keeping = Thread.ofVirtual().name("keep-alive").start(this::keepAlive);
    }

    @Override
    public void output(OutputListener.Stream stream, String text) {
      send(Event.Output.of(stream, text));
    }

    private void send(Event event) {
      if (gone != null) {
        return;
      }
      try {
        sink.send(event);
      } catch (EventSink.ClientGoneException e) {
        gone = e;
        running.interrupt();
      }
    }

    private void keepAlive() {
      try {
        while (gone == null) {
          Thread.sleep(KEEPALIVE);
          send(Event.Keepalive.INSTANCE);
        }
      } catch (InterruptedException e) {
        // The execution is over.
      }
    }

    private void stop() throws InterruptedException {
      Thread thread = keeping;
      if (thread != null) {
        thread.interrupt();
        thread.join();
      }
    }
  }
}
