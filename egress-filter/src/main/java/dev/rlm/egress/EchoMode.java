package dev.rlm.egress;

/** What is done with verbatim runs of the context document on a channel. */
public enum EchoMode {
  /** The context is not searched for. */
  OFF,
  /** Runs are reported and counted, never redacted. */
  REPORT,
  /** Runs pass and are counted until a budget is spent; what exceeds it is redacted. */
  BUDGET,
  /** Every run is redacted. */
  DENY
}
