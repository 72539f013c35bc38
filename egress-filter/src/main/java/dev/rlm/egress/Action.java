package dev.rlm.egress;

/** What the filter did about a finding. */
public enum Action {
  /** The span was replaced by a marker. */
  REDACTED,
  /**
   * The span was left in the output, because the policy only reports or because a budget allowed
   * it.
   */
  REPORTED,
  /** The filter met a limit or failed, and withheld the span unread. */
  WITHHELD
}
