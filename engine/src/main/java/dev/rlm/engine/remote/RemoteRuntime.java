package dev.rlm.engine.remote;

import dev.rlm.engine.client.ClientException;
import dev.rlm.engine.client.EngineClient;
import dev.rlm.engine.client.EngineState;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.sandbox.Sandbox;
import dev.rlm.engine.sandbox.SandboxRuntime;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * What stands for a runtime in an engine that is the inference plane alone: it tells how the execution plane is, and makes no sandboxes.
 * Safe for use by many threads.
 */
public final class RemoteRuntime implements SandboxRuntime {

  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

  private final URI url;
  private final EngineClient client;
  private final Isolation isolation;

  private RemoteRuntime(URI url, EngineClient client, Isolation isolation) {
    this.url = url;
    this.client = client;
    this.isolation = isolation;
  }

  /**
   * Connects to an execution plane.
   *
   * @param key what it is shown
   * @param patience how long a workspace may wait while it has no room
   * @throws SandboxUnavailableException when it cannot be reached, since it is not known then what isolation is in force
   */
  public static RemoteRuntime connect(URI url, Optional<String> key, Duration patience) throws InterruptedException {
    EngineClient client = new EngineClient(url, key, patience);
    boolean connected = false;
    try {
      Isolation isolation = state(client, ANSWER_TIMEOUT).isolation();
      connected = true;
      return new RemoteRuntime(url, client, isolation);
    } finally {
      if (!connected) {
        client.close();
      }
    }
  }

  private static EngineState state(EngineClient client, Duration timeout) throws InterruptedException {
    try {
      return client.state(timeout);
    } catch (ClientException e) {
      throw unavailable(e);
    }
  }

  static SandboxUnavailableException unavailable(ClientException e) {
    return new SandboxUnavailableException(
        SandboxUnavailableException.Reason.DAEMON, "the execution plane does not serve: " + e.getMessage(), e);
  }

  EngineClient client() {
    return client;
  }

  /** Refuses: the inference plane runs no code. */
  @Override
  public Sandbox create(SandboxSpec spec, Deadline deadline) {
    throw new SandboxUnavailableException(
        SandboxUnavailableException.Reason.RUNTIME,
        "this engine is the inference plane and runs no code: send it to %s, the execution plane".formatted(url));
  }

  @Override
  public Isolation isolation() {
    return isolation;
  }

  @Override
  public void check(Deadline deadline) throws InterruptedException {
    EngineState state = state(client, deadline.remaining());
    if (!state.ready()) {
      throw new SandboxUnavailableException(
          SandboxUnavailableException.Reason.DAEMON, "the execution plane is not ready: " + state.problems());
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
