package dev.rlm.engine.api;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a client of work while the work is under way, and keeps the connection alive in between. A client that is gone is noticed by
 * what cannot be sent to it, at the latest by the second keep-alive; the thread that made this object is then interrupted.
 *
 * <p>{@link #begin} and {@link #end} are called by that thread, {@link #send} by one thread at a time.
 *
 * @param <E> the events
 */
final class LiveStream<E> {

  private static final Logger log = LoggerFactory.getLogger(LiveStream.class);

  /** How long nothing may be heard. Two of these pass before a client that went silently is noticed. */
  private static final Duration KEEPALIVE = Duration.ofMillis(900);

  private final EventSink<E> sink;
  private final Thread working = Thread.currentThread();
  private final CountDownLatch ended = new CountDownLatch(1);
  private @Nullable Thread keeping;
  private EventSink.@Nullable ClientGoneException gone;
  private boolean over;

  LiveStream(EventSink<E> sink) {
    this.sink = sink;
  }

  /** Sends the first event, and keep-alives from now on. */
  void begin(E first) {
    send(first);
    keeping = Thread.ofVirtual().name("keep-alive").start(this::keepAlive);
  }

  /** Sends an event; to a client that is gone, nothing. */
  void send(E event) {
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
      while (!isGone() && !ended.await(KEEPALIVE.toMillis(), TimeUnit.MILLISECONDS)) {
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
        working.interrupt();
      }
    }
  }

  /**
   * Ends the keep-alives. From here on the thread is not interrupted, and what is still to be sent goes to the sink.
   *
   * @throws EventSink.ClientGoneException when the client is gone
   */
  void end() {
    synchronized (this) {
      over = true;
    }
    ended.countDown();
    awaitKeeper();
    EventSink.ClientGoneException cause;
    synchronized (this) {
      cause = gone;
    }
    if (cause != null) {
      Thread.interrupted(); // It was for work that has ended.
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
