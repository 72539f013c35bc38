package dev.rlm.engine.api;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events to one client while work for it goes on, with keep-alives in between. A client that is gone is noticed by what cannot be sent to
 * it, at the latest by the second keep-alive; the thread that works is then interrupted. Events may be sent by many threads.
 */
final class KeptAlive {

  private static final Logger log = LoggerFactory.getLogger(KeptAlive.class);

  /** How long nothing may be heard. Two of these pass before a client that went silently is noticed. */
  private static final Duration KEEPALIVE = Duration.ofMillis(900);

  private final EventSink sink;
  private final Thread running;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable Thread keeping;
  private EventSink.@Nullable ClientGoneException gone;
  private boolean over;

  /** The calling thread is the one that works. */
  KeptAlive(EventSink sink) {
    this.sink = sink;
    this.running = Thread.currentThread();
  }

  /** Begins to send keep-alives. */
  void start() {
    keeping = Thread.ofVirtual().name("keep-alive").start(this::keepAlive);
  }

  /** Sends an event; where the client is gone, nothing happens but that the work is interrupted. */
  void send(Event event) {
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
  void stop() {
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
