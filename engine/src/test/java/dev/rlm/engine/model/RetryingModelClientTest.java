package dev.rlm.engine.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Seeds;
import dev.rlm.engine.sandbox.Deadline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RetryingModelClientTest {

  private final Deque<ModelException> failures = new ArrayDeque<>();
  private final List<Duration> pauses = new ArrayList<>();
  private final List<ModelRequest> asked = new ArrayList<>();
  private final ModelClient retrying =
      new RetryingModelClient(this::answer, 3, Duration.ofSeconds(5), pauses::add, Seeds.random());

  private Completion answer(ModelRequest request) {
    asked.add(request);
    if (failures.isEmpty()) {
      return new Completion("fine", TokenUsage.NONE, Completion.Finish.STOP, 0);
    }
    throw failures.pop();
  }

  private Completion ask(Duration time) throws InterruptedException {
    return retrying.complete(new ModelRequest("m", List.of(ChatMessage.user("q")), 1, Deadline.after(time)));
  }

  private void fails(ModelException.Reason reason, Duration retryAfter) {
    failures.add(new ModelException(reason, "no", retryAfter));
  }

  @Test
  void asksAgainAfterWhatMayPass() throws InterruptedException {
    fails(ModelException.Reason.RATE_LIMITED, Duration.ofSeconds(7));
    fails(ModelException.Reason.TIMEOUT, Duration.ZERO);
    assertEquals(2, ask(Duration.ofMinutes(1)).retries());
    assertEquals(Duration.ofSeconds(7), pauses.getFirst());
    assertTrue(pauses.getLast().compareTo(Duration.ofMillis(500)) >= 0 && pauses.getLast().compareTo(Duration.ofSeconds(1)) <= 0, pauses::toString);
  }

  @Test
  void asksAnAttemptNoLongerThanItsTimeout() throws InterruptedException {
    ask(Duration.ofMinutes(1));
    assertTrue(asked.getFirst().deadline().remaining().compareTo(Duration.ofSeconds(5)) <= 0);
  }

  @Test
  void givesUpAfterSoManyAttemptsAndCountsThem() {
    for (int i = 0; i < 5; i++) {
      fails(ModelException.Reason.PROVIDER_FAILED, Duration.ZERO);
    }
    assertEquals(2, assertThrows(ModelException.class, () -> ask(Duration.ofMinutes(1))).retries());
    assertEquals(3, asked.size());
  }

  @Test
  void doesNotAskAgainWhatWillNotPass() {
    fails(ModelException.Reason.REFUSED, Duration.ZERO);
    assertEquals(0, assertThrows(ModelException.class, () -> ask(Duration.ofMinutes(1))).retries());
    assertEquals(1, asked.size());
  }

  @Test
  void doesNotWaitBeyondTheDeadline() {
    fails(ModelException.Reason.RATE_LIMITED, Duration.ofSeconds(90));
    assertThrows(ModelException.class, () -> ask(Duration.ofMinutes(1)));
    assertEquals(List.of(), pauses);
  }
}
