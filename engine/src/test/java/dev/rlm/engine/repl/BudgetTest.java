package dev.rlm.engine.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Eventually;
import dev.rlm.engine.model.ModelPrice;
import dev.rlm.engine.model.Models;
import dev.rlm.engine.model.TokenUsage;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BudgetTest {

  private static final Models MODELS =
      new Models(
          "m",
          "m",
          new LinkedHashSet<>(),
          Map.of("m", new ModelPrice(new BigDecimal(1), new BigDecimal("0.5"), new BigDecimal(10))));

  private static Budget budget(long prompt, long output, Optional<String> cost, int concurrent) {
    return new Budget(
        new RunLimits(
            5, 3, 2, 4, concurrent, prompt, output, cost.map(BigDecimal::new), Duration.ofMinutes(1), 10, 15, 0),
        MODELS);
  }

  private static FutureTask<Budget.Reservation> inBackground(Budget budget, long characters, int wanted) {
    FutureTask<Budget.Reservation> task = new FutureTask<>(() -> budget.reserve("m", characters, wanted));
    Thread.ofVirtual().start(task);
    return task;
  }

  private static StopReason refused(Budget budget, long characters, int wanted) {
    return assertThrows(BudgetExhaustedException.class, () -> budget.reserve("m", characters, wanted)).reason();
  }

  @Test
  void whatACallDidNotTakeIsGivenBack() throws InterruptedException {
    Budget budget = budget(1_000, 100, Optional.empty(), 4);
    try (Budget.Reservation room = budget.reserve("m", 300, 100)) {
      assertEquals(100, room.outputTokens());
      room.settle(new TokenUsage(50, 10, 20, false), 2);
    }
    try (Budget.Reservation room = budget.reserve("m", 300, 100)) {
      assertEquals(80, room.outputTokens());
    }
    RunTotals.ModelTotals totals = java.util.Objects.requireNonNull(budget.totals().models().get("m"));
    assertEquals(1, totals.calls());
    assertEquals(2, totals.retries());
    assertEquals(new TokenUsage(50, 10, 20, false), totals.usage());
    assertEquals(0, new BigDecimal("0.000245").compareTo(totals.cost().orElseThrow()), totals::toString);
  }

  @Test
  void whatDoesNotFitWaitsForWhatIsUnderWay() throws Exception {
    Budget budget = budget(1_000, 100, Optional.empty(), 4);
    Budget.Reservation first = budget.reserve("m", 30, 80);
    FutureTask<Budget.Reservation> second = inBackground(budget, 30, 80);
    assertThrows(java.util.concurrent.TimeoutException.class, () -> second.get(50, TimeUnit.MILLISECONDS));
    first.settle(new TokenUsage(10, 0, 10, false), 0);
    try (Budget.Reservation room = second.get()) {
      assertEquals(80, room.outputTokens());
    }
  }

  @Test
  void whatCanNeverFitIsRefused() throws Exception {
    assertEquals(StopReason.PROMPT_TOKENS, refused(budget(100, 100, Optional.empty(), 4), 3_000, 10));
    Budget budget = budget(1_000, 100, Optional.empty(), 4);
    budget.reserve("m", 3, 100).settle(new TokenUsage(1, 0, 95, false), 0);
    assertEquals(StopReason.OUTPUT_TOKENS, refused(budget, 3, 100));
    Budget spent = budget(1_000, 100, Optional.empty(), 4);
    Budget.Reservation first = spent.reserve("m", 3, 100);
    FutureTask<Budget.Reservation> waiting = inBackground(spent, 3, 100);
    first.settle(new TokenUsage(1, 0, 100, false), 0);
    assertTrue(
        assertThrows(java.util.concurrent.ExecutionException.class, waiting::get).getCause()
            instanceof BudgetExhaustedException);
  }

  @Test
  void moneyLimitsWhatAnAnswerMayTake() throws InterruptedException {
    Budget budget = budget(1_000_000, 1_000_000, Optional.of("0.001"), 4);
    try (Budget.Reservation room = budget.reserve("m", 297, 1_000)) {
      assertEquals(90, room.outputTokens()); // 0.0001 for the prompt, 0.0009 for an answer at 10 a million.
      room.settle(new TokenUsage(100, 0, 90, false), 0);
    }
    assertEquals(StopReason.COST, refused(budget, 297, 1_000));
    assertEquals(0, new BigDecimal("0.001").compareTo(budget.totals().cost().orElseThrow()));
  }

  @Test
  void callsThatFailTakeNothingAndCallsBrokenOffTheirPrompt() throws InterruptedException {
    Budget budget = budget(1_000, 100, Optional.empty(), 1);
    try (Budget.Reservation room = budget.reserve("m", 300, 10)) {
      room.failed(3);
    }
    assertEquals(TokenUsage.NONE, budget.totals().usage());
    try (Budget.Reservation room = budget.reserve("m", 300, 10)) {
      room.brokenOff(1);
    }
    assertEquals(new TokenUsage(101, 0, 0, true), budget.totals().usage());
    assertEquals(4, java.util.Objects.requireNonNull(budget.totals().models().get("m")).retries());
  }

  @Test
  void soManyCallsAreUnderWayAtOneTime() throws Exception {
    Budget budget = budget(1_000_000, 1_000_000, Optional.empty(), 2);
    Budget.Reservation first = budget.reserve("m", 3, 10);
    budget.reserve("m", 3, 10);
    FutureTask<Budget.Reservation> third = inBackground(budget, 3, 10);
    assertThrows(java.util.concurrent.TimeoutException.class, () -> third.get(50, TimeUnit.MILLISECONDS));
    first.close();
    third.get().close();
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    Budget budget = budget(1_000, 100, Optional.empty(), 4);
    Budget.Reservation first = budget.reserve("m", 3, 100);
    FutureTask<Budget.Reservation> second = new FutureTask<>(() -> budget.reserve("m", 3, 100));
    Thread waiting = Thread.ofVirtual().start(second);
    Eventually.holds("it waits", () -> waiting.getState() == Thread.State.WAITING);
    waiting.interrupt();
    assertTrue(
        assertThrows(java.util.concurrent.ExecutionException.class, second::get).getCause() instanceof InterruptedException);
    first.close();
    budget.reserve("m", 3, 100).close();
  }

  @Test
  void subCallsAreTakenTogetherOrNotAtAll() {
    Budget budget = budget(10, 10, Optional.empty(), 1);
    assertEquals(OptionalInt.of(1), budget.takeSubCalls(3));
    assertEquals(OptionalInt.empty(), budget.takeSubCalls(2));
    assertEquals(OptionalInt.of(4), budget.takeSubCalls(1));
    assertEquals(4, budget.totals().subCalls());
  }

  @Test
  void turnsAndWhatIsShownAreCountedDown() {
    Budget budget = budget(10, 10, Optional.empty(), 1);
    for (int i = 0; i < 3; i++) {
      budget.takeIteration();
    }
    assertThrows(BudgetExhaustedException.class, budget::takeIteration);
    assertEquals(3, budget.totals().iterations());
    assertEquals(10, budget.takeShown(10));
    assertEquals(5, budget.takeShown(10));
    assertEquals(0, budget.takeShown(10));
  }
}
