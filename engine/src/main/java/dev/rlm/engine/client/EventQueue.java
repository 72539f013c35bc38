package dev.rlm.engine.client;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Hands what arrives on a connection to the one thread that waits for it. At most {@link #WINDOW} messages lie in between: the
 * connection is asked for another one when one was taken, so that a slow reader slows the sender.
 */
final class EventQueue {

  /** Messages that may lie in the queue. */
  static final int WINDOW = 32;

  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private volatile LongConsumer askForMore = _ -> {};

  /** What can arrive. */
  private sealed interface Arrival {
    record Message(String text) implements Arrival {}

    record End() implements Arrival {}

    record Nudge() implements Arrival {}

    record Failure(Throwable cause) implements Arrival {}
  }

  /** A connection failed, rather than ended. */
  static final class FailedException extends Exception {

    private static final long serialVersionUID = 1L;

    FailedException(Throwable cause) {
      super(EngineClient.reason(cause), cause);
    }
  }

  /** Nothing arrived for too long. */
  static final class SilenceException extends Exception {

    private static final long serialVersionUID = 1L;
  }

  /** Begins: the connection is asked for the first messages. */
  void open(LongConsumer request) {
    askForMore = request;
    request.accept(WINDOW);
  }

  void message(String text) {
    arrivals.add(new Arrival.Message(text));
  }

  void end() {
    arrivals.add(new Arrival.End());
  }

  /** Wakes the one who waits, with an empty message, so that it can think again of how long to wait. */
  void nudge() {
    arrivals.add(new Arrival.Nudge());
  }

  void fail(Throwable cause) {
    arrivals.add(new Arrival.Failure(cause));
  }

  /**
   * Waits for the next message; empty when the connection has ended.
   *
   * @param patience how long to wait
   */
  Optional<String> next(Duration patience) throws InterruptedException, FailedException, SilenceException {
    Arrival arrival = arrivals.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    return switch (arrival) {
      case null -> throw new SilenceException();
      case Arrival.Message(String text) -> {
        askForMore.accept(1);
        yield Optional.of(text);
      }
      case Arrival.Nudge() -> Optional.of("");
      case Arrival.End() -> {
        arrivals.add(arrival);
        yield Optional.empty();
      }
      case Arrival.Failure(Throwable cause) -> {
        arrivals.add(arrival);
        throw new FailedException(cause);
      }
    };
  }
}
