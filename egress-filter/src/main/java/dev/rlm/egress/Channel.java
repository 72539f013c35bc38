package dev.rlm.egress;

/** A way out of a sandbox. Policies, offsets and budgets are kept per channel. */
public enum Channel {
  /** What the code wrote to file descriptor 1. */
  STDOUT,
  /** What the code wrote to file descriptor 2. */
  STDERR,
  /** A value in its serialised form: a last expression, a variable. */
  VALUE,
  /** An exception: its type, message and traceback. */
  ERROR,
  /** A name chosen by the code: of a variable, a file, an artifact. */
  NAME,
  /** A prompt to a sub-model. */
  PROMPT,
  /** The final answer of a run. */
  ANSWER
}
