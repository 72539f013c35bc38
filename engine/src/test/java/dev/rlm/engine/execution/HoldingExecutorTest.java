package dev.rlm.engine.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HoldingExecutorTest {

  private static final GuestContext CONTEXT = new GuestContext.Json("1");

  private final List<String> events = new ArrayList<>();
  private final ContextHolds holds =
      context -> {
        assertEquals(CONTEXT, context);
        events.add("held");
        return () -> events.add("let go");
      };

  private Execution run(Optional<GuestContext> context, Executor next) throws InterruptedException {
    return new HoldingExecutor(holds, next)
        .execute(
            new ExecutionCommand("", context, Duration.ofSeconds(1), HostCalls.NONE),
            (_, _) -> {
              throw new AssertionError();
            },
            ExecutionListener.NONE);
  }

  @Test
  void holdsTheContextUntilTheCodeHasEnded() throws InterruptedException {
    run(
        Optional.of(CONTEXT),
        (_, _, _) -> {
          events.add("ran");
          return Executions.of(new Outcome.Completed());
        });
    assertEquals(List.of("held", "ran", "let go"), events);
  }

  @Test
  void letsGoWhenTheCodeIsNotRun() {
    assertThrows(
        OverloadedException.class,
        () ->
            run(
                Optional.of(CONTEXT),
                (_, _, _) -> {
                  throw Executions.overloaded(OverloadedException.Reason.QUEUE_FULL);
                }));
    assertEquals(List.of("held", "let go"), events);
  }

  @Test
  void holdsNothingWhereThereIsNothing() throws InterruptedException {
    run(Optional.empty(), (_, _, _) -> Executions.of(new Outcome.Completed()));
    assertEquals(List.of(), events);
  }
}
