package dev.rlm.egress;

/** What is done with secrets on a channel. The engine's own secrets are redacted in every mode. */
public enum SecretMode {
  /** Secrets are not searched for. */
  OFF,
  /** Secrets are reported and left in place. */
  REPORT,
  /** Secrets are replaced by markers. */
  REDACT
}
