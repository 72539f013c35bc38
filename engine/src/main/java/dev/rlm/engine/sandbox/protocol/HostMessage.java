package dev.rlm.engine.sandbox.protocol;

import java.util.Optional;

/** What the host may say. */
sealed interface HostMessage {

  /** Run this code. */
  record Execute(String id, String code, Optional<String> contextJson) implements HostMessage {}

  /** Stop the execution, and keep the interpreter. */
  record Interrupt(String id) implements HostMessage {}
}
