package dev.rlm.engine.client;

import java.time.Duration;
import java.util.Optional;

/** Turns what arrives on a connection into events, and its failures into messages for people. */
final class QueuedEvents {

  /** An engine that runs code is heard at least every second; nothing for this long is a broken connection. */
  private static final Duration SILENCE = Duration.ofSeconds(20);

  /** How long an engine may take to begin: its queue and the making of a sandbox have limits of their own. */
  private static final Duration TO_BEGIN = Duration.ofMinutes(10);

  private final EventQueue queue;
  private final String engine;
  private boolean begun;

  QueuedEvents(EventQueue queue, String engine) {
    this.queue = queue;
    this.engine = engine;
  }

  Event next() throws InterruptedException {
    return next(begun ? SILENCE : TO_BEGIN);
  }

  private Event next(Duration patience) throws InterruptedException {
    Optional<String> message;
    try {
      message = queue.next(patience);
    } catch (EventQueue.FailedException e) {
      throw new ClientException(
          "the connection to %s broke: %s".formatted(engine, EngineClient.reason(e)), e);
    } catch (EventQueue.SilenceException e) {
      throw new ClientException("nothing was heard from %s for %d s".formatted(engine, patience.toSeconds()), e);
    }
    begun = true;
    return message
        .filter(text -> !text.isBlank())
        .map(Wire::event)
        .orElseThrow(() -> new ClientException("the connection to %s broke: it ended too early".formatted(engine)));
  }
}
