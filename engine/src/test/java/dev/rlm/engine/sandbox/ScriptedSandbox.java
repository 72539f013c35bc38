package dev.rlm.engine.sandbox;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A sandbox that does what a test says, and dies when a test says. */
public final class ScriptedSandbox implements Sandbox {

  /** What a sandbox does with code. */
  @FunctionalInterface
  public interface Script {

    /** Stands for {@link Sandbox#execute}. */
    ExecutionResult execute(ScriptedSandbox sandbox, ExecutionRequest request, OutputListener listener)
        throws InterruptedException;
  }

  private final Script script;
  private final List<ExecutionRequest> requests = new CopyOnWriteArrayList<>();
  private final List<String> interrupted = new CopyOnWriteArrayList<>();
  private volatile Optional<Map<String, String>> variables = Optional.of(Map.of());
  private volatile boolean dead;
  private volatile int closed;

  /** Creates a sandbox that lives. */
  public ScriptedSandbox(Script script) {
    this.script = script;
  }

  @Override
  public ExecutionResult execute(ExecutionRequest request, OutputListener listener) throws InterruptedException {
    requests.add(request);
    return script.execute(this, request, listener);
  }

  @Override
  public void interrupt(String executionId) {
    interrupted.add(executionId);
  }

  @Override
  public Optional<Map<String, String>> variables(Deadline deadline) {
    return variables;
  }

  @Override
  public boolean alive() {
    return !dead && closed == 0;
  }

  @Override
  public synchronized void close() {
    closed++;
  }

  /** Ends the sandbox from within. */
  public void die() {
    dead = true;
  }

  /** Says what variables there are. */
  public void has(Optional<Map<String, String>> now) {
    variables = now;
  }

  /** Returns whether it was closed. */
  public boolean closed() {
    return closed > 0;
  }

  /** Returns what was executed. */
  public List<ExecutionRequest> requests() {
    return requests;
  }

  /** Returns which executions were to be interrupted. */
  public List<String> interrupted() {
    return interrupted;
  }
}
