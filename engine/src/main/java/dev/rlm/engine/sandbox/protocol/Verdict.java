package dev.rlm.engine.sandbox.protocol;

import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.ResourceLimits;

/**
 * Decides how an execution ended when no limit of the host's own ended it. Pure.
 *
 * <p>Exit status 137 alone proves nothing: guest code can exit with it, and gVisor ends with 1, 2 or 128 when memory runs out.
 */
final class Verdict {

  /** A peak of at least this share of the limit, in percent, counts as having reached it. */
  private static final int PEAK_PERCENT = 98;

  /** The agent could not keep up the protocol. */
  private static final int AGENT_PROTOCOL = 70;

  /** The agent could not load its guard. */
  private static final int AGENT_GUARD = 71;

  private static final ExecutionError INTERRUPT = new ExecutionError("KeyboardInterrupt", "", "");

  private Verdict() {}

  /** Judges a sandbox that died by itself while code ran. */
  static Outcome ofDeath(SandboxProcess.ExitEvidence evidence, ResourceLimits limits) {
    boolean peaked =
        evidence.memoryPeak().isPresent()
            && evidence.memoryPeak().getAsLong() >= limits.memory().bytes() / 100 * PEAK_PERCENT
            && SandboxProcess.ExitEvidence.mayFollowOutOfMemory(evidence.status());
    if (evidence.oomKilled() || peaked) {
      return new Outcome.OutOfMemory(limits.memory());
    }
    if (evidence.fromOutside()) {
      return new Outcome.SandboxLost("it was killed from outside, by the daemon or its operator");
    }
    return switch (evidence.status()) {
      case AGENT_PROTOCOL -> new Outcome.SandboxLost("the code broke the agent's connection to the host");
      case AGENT_GUARD -> new Outcome.SandboxLost("the agent could not load its guard");
      default -> new Outcome.Exited(evidence.status());
    };
  }

  /**
   * Judges an execution that the guest says has ended, and that no limit of the host's ended before.
   *
   * @param interrupted whether the caller asked for an interrupt: to the code, that is an exception like any other
   */
  static Outcome ofResult(GuestMessage.Result result, ResourceLimits limits, boolean interrupted) {
    return switch (result.status()) {
      case COMPLETED -> new Outcome.Completed();
      case RAISED ->
          result.processLimit()
              ? new Outcome.ProcessLimit(limits.processes(), result.error())
              : new Outcome.Raised(result.error().orElseThrow());
      case EXITED -> new Outcome.Exited(result.exitCode());
      case INTERRUPTED ->
          interrupted
              ? new Outcome.Raised(result.error().orElse(INTERRUPT))
              : new Outcome.SandboxLost("the guest says that it was interrupted, and the host did not interrupt it");
    };
  }
}
