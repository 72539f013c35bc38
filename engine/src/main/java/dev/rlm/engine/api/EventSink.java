package dev.rlm.engine.api;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where events go: to one client, one event at a time, in the order in which they come. A client that takes longer than
 * {@link #PATIENCE} for one of them counts as gone, and is cut off. Safe for use by many threads.
 */
abstract class EventSink {

  /** How long a client may take to read one event. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ReentrantLock sending = new ReentrantLock();
  private volatile long since;

  /** The client is no longer there, or does not read what it is sent. */
  static final class ClientGoneException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ClientGoneException(String message) {
      super(message);
    }

    ClientGoneException(Throwable cause) {
      super("the client is gone", cause);
    }
  }

  /** Sends one event; called by one thread at a time. */
  abstract void transmit(Event event) throws IOException;

  /** Cuts the connection; a {@link #transmit} under way then fails. */
  abstract void cut();

  /**
   * Sends an event.
   *
   * @throws ClientGoneException when the client is no longer there, or does not read
   */
  final void send(Event event) {
    if (!enter()) {
      cut();
      throw new ClientGoneException("the client does not read");
    }
    transmitAndLeave(event);
  }

  /** Says that the connection lives, unless something is being sent just now; what takes too long is cut off. */
  final void keepAlive() {
    if (sending.tryLock()) {
      transmitAndLeave(Event.Keepalive.INSTANCE);
    } else if (System.nanoTime() - since > PATIENCE.toNanos()) {
      cut();
    }
  }

  private void transmitAndLeave(Event event) {
    since = System.nanoTime();
    try {
      transmit(event);
    } catch (IOException | IllegalStateException e) {
      throw new ClientGoneException(e);
    } finally {
      sending.unlock();
    }
  }

  /** Waits for its turn. An interrupt does not break that off, so that it cannot be mistaken for a client that is gone. */
  private boolean enter() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return sending.tryLock(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
