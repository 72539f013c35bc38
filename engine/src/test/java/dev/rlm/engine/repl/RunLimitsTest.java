package dev.rlm.engine.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RunLimitsTest {

  private static final RunLimits CONFIGURED =
      new RunLimits(20, 200, 3, 500, 64, 5_000, 1_000, Optional.empty(), Duration.ofMinutes(10), 10_000, 100_000, 4_000);

  private static RequestedLimits all(int number, Optional<BigDecimal> cost, Duration time) {
    Optional<Integer> whole = Optional.of(number);
    Optional<Long> wide = Optional.of((long) number);
    return new RequestedLimits(
        whole, whole, whole, whole, whole, wide, wide, cost, Optional.of(time), whole, wide, whole);
  }

  @Test
  void requestsLower() {
    assertEquals(
        new RunLimits(2, 2, 2, 2, 2, 2, 2, Optional.of(BigDecimal.ONE), Duration.ofSeconds(1), 2, 2, 2),
        CONFIGURED.loweredTo(all(2, Optional.of(BigDecimal.ONE), Duration.ofSeconds(1))));
  }

  @Test
  void requestsNeverRaise() {
    assertEquals(CONFIGURED, CONFIGURED.loweredTo(all(1_000_000, Optional.empty(), Duration.ofDays(1))));
    assertEquals(CONFIGURED, CONFIGURED.loweredTo(RequestedLimits.NONE));
    RunLimits priced = CONFIGURED.loweredTo(all(1_000_000, Optional.of(BigDecimal.ONE), Duration.ofDays(1)));
    assertEquals(priced, priced.loweredTo(all(1_000_000, Optional.of(BigDecimal.TEN), Duration.ofDays(1))));
  }

  @Test
  void limitsThatLeaveNoRoomAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> CONFIGURED.loweredTo(all(0, Optional.empty(), Duration.ofDays(1))));
    assertThrows(IllegalArgumentException.class, () -> CONFIGURED.loweredTo(all(5, Optional.empty(), Duration.ZERO)));
  }
}
