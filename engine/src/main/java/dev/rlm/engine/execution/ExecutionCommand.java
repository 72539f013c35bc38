package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import java.time.Duration;
import java.util.Optional;

/**
 * What a caller wants run, within the bounds of the configuration.
 *
 * @param code Python source
 * @param context what the variable {@code context} is bound to; empty leaves it as it is
 * @param timeout wall time the code may take
 * @param calls the functions it may call on its host
 * @param nested whether code that runs waits for it, and has room already that it must not wait for
 */
public record ExecutionCommand(
    String code, Optional<GuestContext> context, Duration timeout, HostCalls calls, boolean nested) {

  /** Creates a command that nobody's code waits for. */
  public ExecutionCommand(String code, Optional<GuestContext> context, Duration timeout, HostCalls calls) {
    this(code, context, timeout, calls, false);
  }

  /** Returns the same for code that other code waits for. */
  public ExecutionCommand asNested() {
    return new ExecutionCommand(code, context, timeout, calls, true);
  }
}
