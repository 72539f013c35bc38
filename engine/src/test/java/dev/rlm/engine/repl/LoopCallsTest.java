package dev.rlm.engine.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.model.Models;
import dev.rlm.engine.sandbox.Deadline;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LoopCallsTest {

  private static LoopCalls calls(int modelCalls) {
    Models models = new Models("m", "m", new LinkedHashSet<>(), Map.of());
    RecursiveInference.Settings settings =
        new RecursiveInference.Settings(
            models,
            _ -> {
              throw new AssertionError("no model is asked");
            },
            (_, _) -> {
              throw new AssertionError("no code runs");
            },
            100,
            1_000,
            Duration.ofSeconds(1));
    RunScope scope = new RunScope(Deadline.after(Duration.ofMinutes(1)));
    RunEvents events = new RunEvents(RunRecorder.NONE.begin(RunId.random(), "me"), RunListener.NONE, () -> {});
    Run run = new Run(settings, new Budget(LoopLab.WIDE, models), scope, events, new AtomicInteger());
    Loop.Task task = new Loop.Task("q", LoopLab.text("x"), "m", 1, OptionalInt.empty(), Optional.empty());
    SubCalls subCalls =
        new SubCalls(run, task, 0, 1, Egress.of(List.of()).open(Optional.empty()), SubCalls.placesForChildren());
    return new LoopCalls(subCalls, scope, modelCalls);
  }

  /** Where fewer models may be asked at one time, the others wait and are not refused. */
  @ParameterizedTest
  @CsvSource({"1, 64", "64, 64", "200, 200"})
  void asManyMayCallAsModelsMayBeAskedAtOneTime(int modelCalls, int concurrent) {
    assertEquals(concurrent, calls(modelCalls).limits().concurrent());
  }
}
