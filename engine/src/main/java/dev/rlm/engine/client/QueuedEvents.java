package dev.rlm.engine.client;

import java.time.Duration;
import java.util.Optional;

/** Waits for what arrives on a connection, and turns its failures into messages for people. */
final class QueuedEvents {

  /** An engine that runs code is heard at least every second; nothing for this long is a broken connection. */
  private static final Duration SILENCE = Duration.ofSeconds(20);

  /** How long an engine may take to begin: its queue and the making of a sandbox have limits of their own. */
  private static final Duration TO_BEGIN = Duration.ofMinutes(10);

  /** How long an engine may take to tell what became of interrupted code: one second is its grace for the code itself. */
  private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(3);

  private final EventQueue queue;
  private final String engine;
  private boolean begun;
  private volatile boolean interrupted;

  QueuedEvents(EventQueue queue, String engine) {
    this.queue = queue;
    this.engine = engine;
  }

  /** From now on silence means that the code has ended: an engine need not answer an interrupt. */
  void interrupted() {
    interrupted = true;
    queue.nudge();
  }

  /**
   * Waits for the next message; empty when an engine has nothing more to say of code that was interrupted.
   *
   * @throws ClientException when the connection broke, or nothing at all was heard for too long
   */
  Optional<String> next() throws InterruptedException {
    while (true) {
      Duration patience = interrupted ? AFTER_INTERRUPT : begun ? SILENCE : TO_BEGIN;
      Optional<String> message;
      try {
        message = queue.next(patience);
      } catch (EventQueue.FailedException e) {
        throw new ClientException("the connection to %s broke: %s".formatted(engine, EngineClient.reason(e)), e);
      } catch (EventQueue.SilenceException e) {
        if (interrupted) {
          return Optional.empty();
        }
        throw new ClientException("nothing was heard from %s for %d s".formatted(engine, patience.toSeconds()), e);
      }
      begun = true;
      if (message.isEmpty()) {
        throw new ClientException("the connection to %s broke: it ended too early".formatted(engine));
      }
      if (!message.get().isBlank()) {
        return message;
      }
    }
  }
}
