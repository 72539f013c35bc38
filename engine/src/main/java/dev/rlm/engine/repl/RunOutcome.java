package dev.rlm.engine.repl;

import java.util.Locale;

/** What came of a run. */
public enum RunOutcome {
  /** There is an answer. */
  ANSWERED,
  /** A limit stopped it; what there is of an answer is given. */
  STOPPED,
  /** Something that it needs failed; what there is of an answer is given. */
  FAILED;

  /** Returns the name that the API uses. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
