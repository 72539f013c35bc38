package dev.rlm.engine.model;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Asks again where that may help: after too many calls, a failure of the provider's, a broken connection or silence. It waits as long as
 * the provider asks for, else twice as long each time, and gives up where the next attempt would begin after the deadline.
 */
public final class RetryingModelClient implements ModelClient {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);

  private final ModelClient next;
  private final int attempts;
  private final Duration timeout;
  private final Pause pause;
  private final RandomGenerator random;

  /** Waits. */
  @FunctionalInterface
  interface Pause {
    void of(Duration time) throws InterruptedException;
  }

  /**
   * Creates the layer over {@code next}.
   *
   * @param attempts for one call, at least 1
   * @param timeout of one attempt
   */
  public RetryingModelClient(ModelClient next, int attempts, Duration timeout) {
    this(next, attempts, timeout, Thread::sleep, RandomGenerator.getDefault());
  }

  RetryingModelClient(ModelClient next, int attempts, Duration timeout, Pause pause, RandomGenerator random) {
    this.next = next;
    this.attempts = attempts;
    this.timeout = timeout;
    this.pause = pause;
    this.random = random;
  }

  @Override
  public Completion complete(ModelRequest request) throws InterruptedException {
    for (int failed = 0; ; failed++) {
      try {
        return next.complete(
                new ModelRequest(
                    request.model(), request.messages(), request.maxOutputTokens(), request.deadline().within(timeout)))
            .after(failed);
      } catch (ModelException e) {
        Duration wait = e.retryAfter().orElse(pauseAfter(failed));
        if (!e.mayPass() || failed + 1 >= attempts || wait.compareTo(request.deadline().remaining()) >= 0) {
          throw e.after(failed);
        }
        pause.of(wait);
      }
    }
  }

  /** Twice as long each time, and up to a half shorter by chance, so that those who failed together do not come back together. */
  private Duration pauseAfter(int failed) {
    Duration most = FIRST_PAUSE.multipliedBy(1L << Math.min(failed, 10));
    long nanos = Math.min(most.toNanos(), LONGEST_PAUSE.toNanos());
    return Duration.ofNanos(nanos - random.nextLong(nanos / 2));
  }
}
