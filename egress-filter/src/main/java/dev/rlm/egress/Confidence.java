package dev.rlm.egress;

/**
 * How sure a detector is. It never decides whether something is redacted; it helps whoever reads
 * the findings.
 */
public enum Confidence {
  /** A shape or a measure of randomness that harmless text can show as well. */
  LOW,
  /** A documented format, or a random value in a place where credentials stand. */
  MEDIUM,
  /**
   * A documented format whose fixed parts or checksum leave no doubt, or an exact copy of a known
   * value.
   */
  HIGH
}
