package dev.rlm.engine.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class DeadlineTest {

  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void leavesNoMoreTimeThanItWasGiven() {
    Duration left = Deadline.after(HOUR).remaining();
    assertTrue(left.compareTo(HOUR) <= 0, left::toString);
    assertTrue(left.isPositive(), left::toString);
    assertFalse(Deadline.after(HOUR).expired());
  }

  @Test
  void hasNoTimeLeftOnceItIsReached() {
    assertTrue(Deadline.after(Duration.ZERO).expired());
    assertEquals(Duration.ZERO, Deadline.after(Duration.ZERO).remaining());
  }

  @Test
  void neverLeavesNegativeTime() {
    Deadline past = Deadline.after(Duration.ofSeconds(-5));
    assertTrue(past.expired());
    assertEquals(Duration.ZERO, past.remaining());
  }

  @Test
  void shrinksToTheEarlierOfTwo() {
    Deadline hour = Deadline.after(HOUR);
    assertTrue(hour.within(Duration.ofMinutes(1)).remaining().compareTo(Duration.ofMinutes(1)) <= 0);
    assertSame(hour, hour.within(Duration.ofHours(2)));
    assertTrue(hour.within(Duration.ZERO).expired());
  }
}
