package dev.rlm.engine.sandbox;

/** Which OCI runtime the operator wants. */
public enum RuntimePreference {
  /** gVisor where the daemon has it, else runc with a loud warning. Decided once, when the engine starts. */
  AUTO,
  /** gVisor, or no start. */
  RUNSC,
  /** Plain containers. */
  RUNC
}
