package dev.rlm.engine.sandbox.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.OutputListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RunTest {

  private final List<String> written = new ArrayList<>();
  private final Run run =
      new Run(
          "1",
          (_, text) -> written.add(text),
          new ByteSize(5),
          new CallDispatcher("1", HostCalls.NONE, HostCalls.Limits.STANDARD, _ -> {}));

  @Test
  void passesOutputOnUntilItIsOver() {
    run.output(OutputListener.Stream.STDOUT, "a");
    run.complete(new Ending.StreamEnded());
    run.output(OutputListener.Stream.STDOUT, "b");
    assertEquals(List.of("a"), written);
  }

  @Test
  void passesNothingOnOnceItsCallerHasLeft() {
    run.end();
    run.output(OutputListener.Stream.STDOUT, "a");
    assertEquals(List.of(), written);
  }

  @Test
  void endsAtTheOutputLimitAndNotBefore() throws Exception {
    run.output(OutputListener.Stream.STDOUT, "abc");
    run.output(OutputListener.Stream.STDERR, "de");
    assertEquals(Optional.empty(), run.await(Duration.ZERO));
    run.output(OutputListener.Stream.STDOUT, "f");
    assertInstanceOf(Ending.TooMuchOutput.class, run.await(Duration.ZERO).orElseThrow());
    assertEquals(List.of("abc", "de"), written);
  }

  @Test
  void theFirstEndingWins() throws Exception {
    run.complete(new Ending.Broken("first"));
    run.complete(new Ending.StreamEnded());
    run.output(OutputListener.Stream.STDOUT, "too much");
    assertEquals(Optional.of(new Ending.Broken("first")), run.await(Duration.ZERO));
  }
}
