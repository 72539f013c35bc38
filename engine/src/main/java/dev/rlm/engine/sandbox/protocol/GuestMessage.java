package dev.rlm.engine.sandbox.protocol;

import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.OutputListener;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a guest may say. Every field is attacker text, bounded by {@link MessageReader}. */
sealed interface GuestMessage {

  /** The agent is up. */
  record Ready(int protocol, String python, boolean guard) implements GuestMessage {}

  /** The execution wrote something. */
  record Output(String id, OutputListener.Stream stream, String data) implements GuestMessage {}

  /** The execution calls a function of the host's. */
  record Call(String id, long number, String name, String arguments, String keywords) implements GuestMessage {}

  /** The variables there are: type names by name. */
  record Variables(String id, Map<String, String> names) implements GuestMessage {}

  /** The execution is over. */
  record Result(
      String id,
      Status status,
      Optional<String> value,
      Map<String, @Nullable Object> locals,
      boolean localsTruncated,
      Optional<ExecutionError> error,
      boolean processLimit,
      int exitCode)
      implements GuestMessage {}

  /** How the guest says that its execution ended. */
  enum Status {
    COMPLETED,
    RAISED,
    INTERRUPTED,
    EXITED
  }
}
