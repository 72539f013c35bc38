package dev.rlm.engine.sandbox.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.FakeSandboxRuntime;
import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.Results;
import dev.rlm.engine.sandbox.SandboxSpec;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SandboxPoolTest {

  private static final SandboxSpec SPEC =
      new SandboxSpec(new ResourceLimits(ByteSize.mebibytes(512), 50, 1, ByteSize.mebibytes(64)), false, true);

  /** Who has been served no longer waits, and nothing more is made for him. */
  @Test
  void makesNoSandboxThatNobodyAskedFor() throws Exception {
    FakeSandboxRuntime runtime =
        new FakeSandboxRuntime(
            new Isolation("runsc", "1", "none"), (_, _) -> Results.of(new Outcome.Completed(), Map.of()));
    try (SandboxPool pool = new SandboxPool(runtime, SPEC, new PoolSettings(0, 1, 10, Duration.ofSeconds(30)))) {
      try (SandboxLease _ = pool.take(Deadline.after(Duration.ofSeconds(30)))) {
        assertEquals(new SandboxPool.Figures(0, 0, 0, 1, 0), pool.figures());
      }
      assertEquals(new SandboxPool.Figures(0, 0, 0, 0, 0), pool.figures());
    }
    assertEquals(1, runtime.created());
    assertEquals(0, runtime.open());
  }
}
