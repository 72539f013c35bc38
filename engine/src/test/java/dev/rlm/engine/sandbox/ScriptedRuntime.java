package dev.rlm.engine.sandbox;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes sandboxes when a test says, and how it says; or at once. */
public final class ScriptedRuntime implements SandboxRuntime {

  private final boolean atOnce;
  private final ScriptedSandbox.Script script;
  private final BlockingQueue<Making> makings = new LinkedBlockingQueue<>();
  private final List<Making> unfinished = new CopyOnWriteArrayList<>();
  private volatile boolean ended;
  private final List<ScriptedSandbox> made = new CopyOnWriteArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();

  private ScriptedRuntime(boolean atOnce, ScriptedSandbox.Script script) {
    this.atOnce = atOnce;
    this.script = script;
  }

  /** Returns a runtime each of whose makings waits for the test. */
  public static ScriptedRuntime whenTold() {
    return new ScriptedRuntime(false, (_, _, _) -> Results.of(new Outcome.Completed(), Map.of()));
  }

  /** Returns a runtime that makes sandboxes at once, which do as the script says. */
  public static ScriptedRuntime atOnce(ScriptedSandbox.Script script) {
    return new ScriptedRuntime(true, script);
  }

  /** A sandbox that is being made. */
  public final class Making {

    private final CompletableFuture<ScriptedSandbox> result = new CompletableFuture<>();

    private Making() {}

    /** It comes up. */
    public ScriptedSandbox succeed() {
      ScriptedSandbox sandbox = new ScriptedSandbox(script);
      made.add(sandbox);
      result.complete(sandbox);
      return sandbox;
    }

    /** It fails. */
    public void fail(Throwable failure) {
      result.completeExceptionally(failure);
    }

    /** It fails as a daemon does. */
    public void fail(String message) {
      fail(new SandboxUnavailableException(SandboxUnavailableException.Reason.DAEMON, message));
    }
  }

  @Override
  public Sandbox create(SandboxSpec spec, Deadline deadline) throws InterruptedException {
    asked.incrementAndGet();
    Making making = new Making();
    if (atOnce) {
      return making.succeed();
    }
    makings.add(making);
    unfinished.add(making);
    if (ended) {
      making.fail("the test is over");
    }
    try {
      return making.result.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new AssertionError(e);
      }
    }
  }

  /** Waits for the next making to begin. */
  public Making next() throws InterruptedException {
    return Objects.requireNonNull(makings.poll(20, TimeUnit.SECONDS), "nothing is being made");
  }

  /** Fails all that is being made, and whatever is to be made from now on. */
  public void end() {
    ended = true;
    unfinished.forEach(making -> making.fail("the test is over"));
  }

  /** Returns how many makings were begun. */
  public int asked() {
    return asked.get();
  }

  /** Returns all that came up. */
  public List<ScriptedSandbox> made() {
    return made;
  }

  @Override
  public Isolation isolation() {
    return Isolation.NONE;
  }

  @Override
  public void check(Deadline deadline) {}

  @Override
  public void close() {}
}
