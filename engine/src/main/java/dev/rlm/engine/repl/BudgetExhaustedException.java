package dev.rlm.engine.repl;

import dev.rlm.engine.sandbox.EngineException;

/** A budget of the run is spent, so that what was asked for is not begun. */
final class BudgetExhaustedException extends EngineException {

  private static final long serialVersionUID = 1L;

  private final StopReason reason;

  BudgetExhaustedException(StopReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  StopReason reason() {
    return reason;
  }
}
