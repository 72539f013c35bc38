package dev.rlm.engine.sandbox.local;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.sandbox.Sandbox;
import dev.rlm.engine.sandbox.SandboxRuntime;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.sandbox.protocol.AgentSandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Runs code as a child process of the engine, with the engine's own rights: <b>no isolation at all</b>. For development on a
 * machine without Docker, behind an explicit switch. Limits on memory, processes and processors are not enforced; the time
 * and output limits are.
 */
public final class LocalSandboxRuntime implements SandboxRuntime {

  private final String python;
  private final Path agent;
  private final ByteSize outputLimit;

  /**
   * Creates the runtime.
   *
   * @param python the interpreter, 3.11 or newer
   * @param agent the folder of the guest agent
   * @param outputLimit how much one execution may write before it is killed
   */
  public LocalSandboxRuntime(String python, Path agent, ByteSize outputLimit) {
    this.python = python;
    this.agent = agent;
    this.outputLimit = outputLimit;
  }

  @Override
  public Sandbox create(SandboxSpec spec, Deadline deadline) throws InterruptedException {
    check(deadline);
    ProcessBuilder builder =
        new ProcessBuilder(
            python, "-I", "-B", agent.toString(), "--guard=off", "--network=" + (spec.network() ? "on" : "off"));
    builder.environment().clear(); // The engine's own secrets are in there.
    builder.environment().put("PATH", "/usr/local/bin:/usr/bin:/bin");
    builder.environment().put("LANG", "C.UTF-8");
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new SandboxUnavailableException(
          SandboxUnavailableException.Reason.RUNTIME, "%s does not start: %s".formatted(python, e.getMessage()), e);
    }
    return AgentSandbox.open(
        "local-" + UUID.randomUUID().toString().substring(24),
        new LocalProcess(process),
        spec.limits(),
        outputLimit,
        false,
        deadline);
  }

  @Override
  public Isolation isolation() {
    return Isolation.NONE;
  }

  @Override
  public void check(Deadline deadline) {
    if (!Files.isRegularFile(agent.resolve("__main__.py"))) {
      throw new SandboxUnavailableException(
          SandboxUnavailableException.Reason.AGENT, "the guest agent is not in " + agent.toAbsolutePath());
    }
  }

  @Override
  public void close() {
    // Each sandbox ends its own process, and the agent ends by itself when the engine does.
  }
}
