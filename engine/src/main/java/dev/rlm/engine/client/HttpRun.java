package dev.rlm.engine.client;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Code whose events come as lines of an HTTP response. Closing the connection is the only way to interrupt it. */
final class HttpRun implements RunningCode {

  private final Lines lines;
  private final QueuedEvents events;

  HttpRun(Lines lines, String engine) {
    this.lines = lines;
    this.events = lines.events(engine);
  }

  @Override
  public Event next() throws InterruptedException {
    return Wire.event(events.next());
  }

  @Override
  public void interrupt() {
    close();
  }

  @Override
  public void close() {
    lines.cancel();
  }

  /** The lines of a response's body, as they come. */
  static final class Lines implements Flow.Subscriber<String> {

    private final EventQueue queue = new EventQueue();
    private final AtomicReference<Flow.@Nullable Subscription> connection = new AtomicReference<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      connection.set(subscription);
      queue.open(subscription::request);
    }

    @Override
    public void onNext(String line) {
      queue.message(line);
    }

    @Override
    public void onError(Throwable cause) {
      queue.fail(cause);
    }

    @Override
    public void onComplete() {
      queue.end();
    }

    QueuedEvents events(String engine) {
      return new QueuedEvents(queue, engine);
    }

    void cancel() {
      Flow.Subscription subscription = connection.getAndSet(null);
      if (subscription != null) {
        subscription.cancel();
      }
    }
  }
}
