package dev.rlm.engine.client;

import java.util.Optional;

/** A question whose steps come as lines of an HTTP response. */
final class HttpQuestion implements RunningQuestion {

  private final HttpRun.Lines lines;
  private final QueuedEvents events;

  HttpQuestion(HttpRun.Lines lines, String engine) {
    this.lines = lines;
    this.events = lines.events(engine);
  }

  @Override
  public Step next() throws InterruptedException {
    Optional<String> message = events.next();
    if (message.isEmpty()) {
      throw new IllegalStateException("nobody interrupts a question but by closing it");
    }
    return Wire.step(message.get());
  }

  @Override
  public void close() {
    lines.cancel();
  }
}
