package dev.rlm.engine.repl;

import dev.rlm.engine.execution.EgressFinding;
import java.time.Duration;
import java.util.List;

/**
 * What came of a run. All text has passed the egress filter.
 *
 * @param id names the run and its trajectory
 * @param model drove it
 * @param maxDepth levels of loops that it might have had
 * @param reason what ended it
 * @param detail what ended it, in words for people; empty when there is nothing to say
 * @param answer the answer, or the best there was when it ended; may be empty
 * @param totals what it took, all of its children included
 * @param time how long it took
 * @param findings what the filter found, at most {@value #MAX_FINDINGS}
 */
public record RunResult(
    RunId id,
    String model,
    int maxDepth,
    StopReason reason,
    String detail,
    String answer,
    RunTotals totals,
    Duration time,
    List<EgressFinding> findings) {

  /** The most findings that are told of one run. */
  public static final int MAX_FINDINGS = 1_000;

  /** Copies the list. */
  public RunResult {
    findings = List.copyOf(findings);
  }

  /** Returns what that is for the caller. */
  public RunOutcome outcome() {
    return reason.outcome();
  }

  /** Returns whether there is an answer that the model meant as such. */
  public boolean success() {
    return outcome() == RunOutcome.ANSWERED;
  }
}
