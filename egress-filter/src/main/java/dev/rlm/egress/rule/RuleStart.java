package dev.rlm.egress.rule;

/** Where the shape of a rule begins, seen from its anchor. */
public enum RuleStart {
  /** At the anchor's first byte. */
  ANCHOR,
  /** At the first byte of the token that holds the anchor. */
  TOKEN,
  /** At a value that is assigned to a name which holds the anchor. */
  VALUE
}
