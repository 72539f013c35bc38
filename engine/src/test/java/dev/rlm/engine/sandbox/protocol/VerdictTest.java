package dev.rlm.engine.sandbox.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.ResourceLimits;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class VerdictTest {

  private static final ResourceLimits LIMITS =
      new ResourceLimits(ByteSize.mebibytes(512), 50, 1, ByteSize.mebibytes(64));
  private static final ExecutionError ERROR = new ExecutionError("OSError", "no", "Traceback");

  /** The limit is 536,870,912 bytes; 98 percent of it are 526,133,412 and a little. */
  @ParameterizedTest
  @CsvSource({
    // The kernel or the daemon says that memory ran out: that stands, whatever the status.
    "137, true, 0, out_of_memory",
    "0, true, 0, out_of_memory",
    "70, true, 0, out_of_memory",
    "1, true, 536870912, out_of_memory",
    // The peak reached the limit, and the status is one that is seen then.
    "137, false, 536870912, out_of_memory",
    "137, false, 526200000, out_of_memory",
    "1, false, 536870912, out_of_memory",
    "2, false, 536870912, out_of_memory",
    "128, false, 536870912, out_of_memory",
    // The peak reached the limit, and the status says something else.
    "0, false, 536870912, exited",
    "3, false, 536870912, exited",
    "139, false, 536870912, exited",
    "70, false, 536870912, sandbox_lost",
    // Status 137 alone proves nothing: the code can exit with it.
    "137, false, , exited",
    "137, false, 0, exited",
    "137, false, 520000000, exited",
    "1, false, 520000000, exited",
    // What the agent says by its status.
    "70, false, , sandbox_lost",
    "71, false, , sandbox_lost",
    // The code ended its own process.
    "0, false, , exited",
    "134, false, , exited",
    "255, false, , exited"
  })
  void judgesADeathByTheEvidence(int status, boolean oomKilled, Long peak, String label) {
    Outcome outcome =
        Verdict.ofDeath(
            new SandboxProcess.ExitEvidence(
                status, oomKilled, peak == null ? OptionalLong.empty() : OptionalLong.of(peak), "diagnostics"),
            LIMITS);
    assertEquals(label, outcome.label());
    if (outcome instanceof Outcome.Exited(int shown)) {
      assertEquals(status, shown);
    }
    if (outcome instanceof Outcome.OutOfMemory(ByteSize limit)) {
      assertEquals(LIMITS.memory(), limit);
    }
  }

  @ParameterizedTest
  @CsvSource({"137, false, sandbox_lost", "143, false, sandbox_lost", "137, true, out_of_memory"})
  void doesNotBlameTheCodeForAKillFromOutside(int status, boolean oomKilled, String label) {
    SandboxProcess.ExitEvidence evidence =
        new SandboxProcess.ExitEvidence(status, oomKilled, true, OptionalLong.empty(), "");
    assertEquals(label, Verdict.ofDeath(evidence, LIMITS).label());
  }

  @Test
  void takesTheGuestsWordForHowItsCodeEndedByItself() {
    assertEquals(new Outcome.Completed(), verdict(GuestMessage.Status.COMPLETED, Optional.empty(), false));
    assertEquals(new Outcome.Completed(), verdict(GuestMessage.Status.COMPLETED, Optional.of(ERROR), true));
    assertEquals(new Outcome.Raised(ERROR), verdict(GuestMessage.Status.RAISED, Optional.of(ERROR), false));
    assertEquals(
        new Outcome.ProcessLimit(50, Optional.of(ERROR)),
        verdict(GuestMessage.Status.RAISED, Optional.of(ERROR), true));
    assertEquals(new Outcome.Exited(7), verdict(GuestMessage.Status.EXITED, Optional.empty(), false));
  }

  @Test
  void doesNotTakeTheGuestsWordForAnInterruptThatTheHostDidNotSend() {
    assertEquals("sandbox_lost", verdict(GuestMessage.Status.INTERRUPTED, Optional.of(ERROR), false).label());
  }

  private static Outcome verdict(GuestMessage.Status status, Optional<ExecutionError> error, boolean processLimit) {
    return Verdict.ofResult(
        new GuestMessage.Result("1", status, Optional.empty(), Map.of(), false, error, processLimit, 7), LIMITS, false);
  }
}
