package dev.rlm.engine.api;

import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionListener;
import dev.rlm.engine.sandbox.OutputListener;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs code and tells of it while it runs. A client that is gone is noticed by what cannot be sent to it, at the latest by the
 * second keep-alive; the code is then interrupted.
 */
final class StreamedExecution {

  private static final Logger log = LoggerFactory.getLogger(StreamedExecution.class);

  /** How long nothing may be heard. Two of these pass before a client that went silently is noticed. */
  private static final Duration KEEPALIVE = Duration.ofMillis(900);

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
    Listener listener = new Listener(sink, Thread.currentThread());
    Execution execution;
    try {
      execution = work.run(listener);
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
    private final CountDownLatch stopped = new CountDownLatch(1);
    private @Nullable Thread keeping;
    private EventSink.@Nullable ClientGoneException gone;
    private boolean over;

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
      try {
        if (!isGone()) {
          sink.send(event);
        }
      } catch (EventSink.ClientGoneException e) {
        gone(e);
      }
    }

    private void keepAlive() {
      try {
        while (!isGone() && !stopped.await(KEEPALIVE.toMillis(), TimeUnit.MILLISECONDS)) {
          sink.keepAlive();
        }
      } catch (EventSink.ClientGoneException e) {
        gone(e);
      } catch (InterruptedException e) {
        log.trace("nobody interrupts this thread");
      }
    }

    private synchronized boolean isGone() {
      return gone != null;
    }

    private synchronized void gone(EventSink.ClientGoneException e) {
      if (gone == null) {
        gone = e;
        if (!over) {
          running.interrupt();
        }
      }
    }

    /** From here on nothing is sent but by the caller, and the thread is not interrupted. Throws when the client is gone. */
    private void stop() {
      synchronized (this) {
        over = true;
      }
      stopped.countDown();
      awaitKeeper();
      EventSink.ClientGoneException cause;
      synchronized (this) {
        cause = gone;
      }
      if (cause != null) {
        Thread.interrupted(); // It was for code that has ended.
        throw cause;
      }
    }

    /** The keeper may be sending just now: that is not broken off, for a half-sent event would spoil all that follow. */
    private void awaitKeeper() {
      Thread thread = keeping;
      boolean interrupted = false;
      while (thread != null && thread.isAlive()) {
        try {
          if (!thread.join(EventSink.PATIENCE)) {
            sink.cut();
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
