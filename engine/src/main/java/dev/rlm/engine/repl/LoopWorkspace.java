package dev.rlm.engine.repl;

import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.HostCalls;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A loop's workspace, in which code finds the functions of the loop, whatever earlier code did to them. Used by one thread.
 *
 * <p>After a block that may have touched them, a line of the engine's own puts the functions back, and looks whether {@code answer} is
 * ready. Whether it may have is seen by the variables that it changed: code that gets at them by ways which do not show there delays
 * its own answer, and nothing else, until it names {@code answer} again.
 */
final class LoopWorkspace implements AutoCloseable {

  private static final String COMPLETED = "completed";
  private static final String COLLECT = "_rlm_collect()";

  /** The variables that {@link #COLLECT} looks after, as {@code prelude.py} has them. */
  static final Set<String> LOOKED_AFTER =
      Set.of(
          "answer",
          "llm_query",
          "llm_query_batched",
          "rlm_query",
          "rlm_query_batched",
          "SHOW_VARS",
          "FINAL",
          "FINAL_VAR",
          "SUBMIT");

  private static final String BUILT_INS = "builtins";
  private static final Duration OWN_CODE = Duration.ofSeconds(10);

  private final Run run;
  private final Loop.Task task;
  private @Nullable Workspace workspace;

  LoopWorkspace(Run run, Loop.Task task) {
    this.run = run;
    this.task = task;
  }

  /**
   * Opens the workspace.
   *
   * @throws dev.rlm.engine.sandbox.EngineException when there is none
   */
  void open() throws InterruptedException {
    workspace = run.settings().workspaces().open(task.context(), task.parent().isPresent());
    setUp();
  }

  /** Opens another one, in place of one that was lost with its state. */
  void reopen() throws InterruptedException {
    close();
    open();
  }

  private void setUp() throws InterruptedException {
    Workspace.BlockResult result = opened().run(Prompts.PRELUDE, OWN_CODE, new Names());
    if (!result.outcome().equals(COMPLETED)) {
      throw new WorkspaceLostException("the functions of the loop could not be set up: " + describe(result));
    }
  }

  private static String describe(Workspace.BlockResult result) {
    return result.error().map(error -> "%s: %s".formatted(error.name(), error.value())).orElse(result.outcome());
  }

  /** Runs a block as long as a block may, and what has to follow it; mostly nothing has to. */
  Workspace.BlockResult run(String code, HostCalls calls) throws InterruptedException {
    Workspace.BlockResult result = opened().run(code, run.settings().blockTimeout(), calls);
    run.events().note(result.findings());
    if (!result.usable() || isTidy(code, result)) {
      return result;
    }
    Workspace.BlockResult collected = opened().run(COLLECT, OWN_CODE, calls);
    run.events().note(collected.findings());
    if (collected.outcome().equals(COMPLETED)) {
      return result;
    }
    if (collected.usable()) {
      setUp(); // Code took away what the line needs.
    }
    return with(result, collected);
  }

  private static boolean isTidy(String code, Workspace.BlockResult result) {
    return result.outcome().equals(COMPLETED)
        && !code.contains(BUILT_INS)
        && result.changed().map(names -> Collections.disjoint(names, LOOKED_AFTER)).orElse(false);
  }

  /** The block's own end, and what went wrong after it, which its model has to know as well. */
  private static Workspace.BlockResult with(Workspace.BlockResult block, Workspace.BlockResult after) {
    Optional<ExecutionError> error =
        block.error().or(() -> after.error().map(raised -> new ExecutionError(raised.name(), raised.value(), "")));
    return new Workspace.BlockResult(
        block.outcome(), block.stdout(), block.stderr(), block.result(), error, block.changed(), after.usable(), block.findings());
  }

  Egress.Session egress() {
    return opened().egress();
  }

  private Workspace opened() {
    if (workspace == null) {
      throw new IllegalStateException("the workspace is not open");
    }
    return workspace;
  }

  @Override
  public void close() {
    if (workspace != null) {
      workspace.close();
    }
  }

  /** The functions' names, for the code that only keeps them. */
  private static final class Names implements HostCalls {

    @Override
    public Set<String> functions() {
      return LoopCalls.FUNCTIONS;
    }

    @Override
    public String call(String name, String arguments, String keywords) throws HostCallException {
      throw new HostCallException("RuntimeError", "nothing is asked before the first block");
    }
  }
}
