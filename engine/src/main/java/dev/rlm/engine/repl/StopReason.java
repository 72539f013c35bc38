package dev.rlm.engine.repl;

import java.util.Locale;

/** What ended a run or one of its loops. */
public enum StopReason {
  /** The model gave its answer. */
  ANSWERED(RunOutcome.ANSWERED),
  /** The input was small, and the model answered it without a loop. */
  ANSWERED_DIRECTLY(RunOutcome.ANSWERED),
  /** The loop had as many turns as it may have, or the tree as many as all of its loops may have. */
  ITERATIONS(RunOutcome.STOPPED),
  /** The budget of tokens sent to models is spent. */
  PROMPT_TOKENS(RunOutcome.STOPPED),
  /** The budget of tokens that models send back is spent. */
  OUTPUT_TOKENS(RunOutcome.STOPPED),
  /** The budget of money is spent. */
  COST(RunOutcome.STOPPED),
  /** The time is over. */
  TIME(RunOutcome.STOPPED),
  /** The model did not answer, whatever was tried. */
  MODEL_FAILED(RunOutcome.FAILED),
  /** The sandbox of a loop was lost, or none could be had. */
  SANDBOX_FAILED(RunOutcome.FAILED);

  private final RunOutcome outcome;

  StopReason(RunOutcome outcome) {
    this.outcome = outcome;
  }

  /** Returns what that is for the caller. */
  public RunOutcome outcome() {
    return outcome;
  }

  /** Returns the name that the API uses. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
