package dev.rlm.engine.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Sandboxes that do what a test says, and a count of those that were not closed. */
public final class FakeSandboxRuntime implements SandboxRuntime {

  /** What a sandbox does with code. */
  @FunctionalInterface
  public interface Behaviour {

    /** Stands for {@link Sandbox#execute}. */
    ExecutionResult execute(ExecutionRequest request, OutputListener listener) throws InterruptedException;
  }

  private final Isolation isolation;
  private final Behaviour behaviour;
  private final AtomicInteger created = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final List<SandboxSpec> specs = new ArrayList<>();

  /** Creates a runtime all of whose sandboxes behave alike. */
  public FakeSandboxRuntime(Isolation isolation, Behaviour behaviour) {
    this.isolation = isolation;
    this.behaviour = behaviour;
  }

  @Override
  public Sandbox create(SandboxSpec spec, Deadline deadline) {
    created.incrementAndGet();
    open.incrementAndGet();
    specs.add(spec);
    return new FakeSandbox();
  }

  /** Returns how many sandboxes there were. */
  public int created() {
    return created.get();
  }

  /** Returns how many sandboxes were not closed. */
  public int open() {
    return open.get();
  }

  /** Returns what was asked for. */
  public List<SandboxSpec> specs() {
    return List.copyOf(specs);
  }

  @Override
  public Isolation isolation() {
    return isolation;
  }

  @Override
  public void check(Deadline deadline) {}

  @Override
  public void close() {}

  private final class FakeSandbox implements Sandbox {

    private boolean closed;

    @Override
    public ExecutionResult execute(ExecutionRequest request, OutputListener listener) throws InterruptedException {
      return behaviour.execute(request, listener);
    }

    @Override
    public void interrupt(String executionId) {}

    @Override
    public Optional<Map<String, String>> variables(Deadline deadline) {
      return Optional.empty();
    }

    @Override
    public boolean alive() {
      return !closed;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        open.decrementAndGet();
      }
    }
  }
}
