package dev.rlm.engine.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What every way of making sandboxes must do, run against the real thing: no fakes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SandboxRuntimeContract {

  /** How much one execution may write in these tests. */
  protected static final ByteSize OUTPUT_LIMIT = ByteSize.mebibytes(8);

  private static final Duration LONG = Duration.ofSeconds(60);

  private SandboxRuntime runtime;

  /** Opens the runtime under test. */
  protected abstract SandboxRuntime open() throws InterruptedException;

  /** Returns what is asked of it. */
  protected abstract SandboxSpec spec();

  @BeforeAll
  void openRuntime() throws InterruptedException {
    runtime = open();
  }

  @AfterAll
  void closeRuntime() {
    runtime.close();
  }

  /** Returns the runtime under test. */
  protected SandboxRuntime runtime() {
    return runtime;
  }

  /** Creates a sandbox. */
  protected Sandbox create() throws InterruptedException {
    return runtime.create(spec(), Deadline.after(LONG));
  }

  /** Runs code in a sandbox with a time limit that it does not reach. */
  protected static Ran run(Sandbox sandbox, String code) throws InterruptedException {
    return run(sandbox, code, LONG);
  }

  /** Runs code in a sandbox. */
  protected static Ran run(Sandbox sandbox, String code, Duration timeout) throws InterruptedException {
    StringBuilder stdout = new StringBuilder();
    StringBuilder stderr = new StringBuilder();
    ExecutionResult result =
        sandbox.execute(
            new ExecutionRequest("test", code, Optional.empty(), timeout, HostCalls.NONE),
            (stream, text) -> (stream == OutputListener.Stream.STDOUT ? stdout : stderr).append(text));
    return new Ran(result, stdout.toString(), stderr.toString());
  }

  /** What came of it, with its output. */
  protected record Ran(ExecutionResult result, String stdout, String stderr) {}

  @Test
  void runsCodeAndReturnsItsVariablesItsLastValueAndItsOutput() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      Ran ran =
          run(sandbox, "import os, sys\nx = 42\nl = [1, 'two']\nprint('out')\nos.write(1, b'raw\\n')\nprint('err', file=sys.stderr)\nx + 1");

      assertEquals(new Outcome.Completed(), ran.result().outcome());
      assertEquals("out\nraw\n", ran.stdout());
      assertEquals("err\n", ran.stderr());
      assertEquals(Optional.of("43"), ran.result().value());
      assertEquals(Map.of("x", 42, "l", List.of(1, "two")), ran.result().locals());
    }
  }

  @Test
  void bindsTheContext() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      ExecutionResult result =
          sandbox.execute(
              new ExecutionRequest(
                  "test", "context['a'][1]", Optional.of(new GuestContext.Json("{\"a\":[1,\"caf\\u00e9\"]}")), LONG, HostCalls.NONE),
              (_, _) -> {});

      assertEquals(Optional.of("'café'"), result.value());
    }
  }

  @Test
  void keepsStateFromOneExecutionToTheNextAlsoWhatWasDoneBeforeAnException() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      run(sandbox, "def double(n): return 2 * n\nbefore = 1\nraise ValueError('after')");

      assertEquals(Optional.of("2"), run(sandbox, "double(before)").result().value());
    }
  }

  @Test
  void reportsAnExceptionWithItsTracebackAndNothingOfTheAgent() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      Ran ran = run(sandbox, "def f():\n    return 1 / 0\nf()");

      ExecutionError error = assertInstanceOf(Outcome.Raised.class, ran.result().outcome()).error();
      assertEquals("ZeroDivisionError", error.name());
      assertEquals("division by zero", error.value());
      assertTrue(error.traceback().contains("return 1 / 0"), error.traceback());
      assertFalse(error.traceback().contains("/agent/"), error.traceback());
    }
  }

  @Test
  void interruptsCodeThatRunsIntoItsTimeLimitAndKeepsItsStateAndItsOutput() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      run(sandbox, "kept = 'state'");

      Ran ran = run(sandbox, "print('before')\nwhile True: pass", Duration.ofSeconds(1));

      assertEquals(new Outcome.TimedOut(Duration.ofSeconds(1), true), ran.result().outcome());
      assertEquals("before\n", ran.stdout());
      assertEquals(Optional.of("'state'"), run(sandbox, "kept").result().value());
    }
  }

  @Test
  void killsCodeThatDoesNotAnswerTheInterruptAndKeepsItsOutput() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      Ran ran = run(sandbox, "import time\nprint('before')\ntime.sleep(0.3)\n10 ** 10 ** 9", Duration.ofSeconds(2));

      assertEquals(new Outcome.TimedOut(Duration.ofSeconds(2), false), ran.result().outcome());
      assertEquals("before\n", ran.stdout());
      assertFalse(sandbox.alive());
      assertInstanceOf(Outcome.SandboxLost.class, run(sandbox, "1").result().outcome());
    }
  }

  @Test
  void killsCodeThatFloodsItsOutput() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      Ran ran = run(sandbox, "while True: print('y' * 10000)");

      assertEquals(new Outcome.OutputLimit(OUTPUT_LIMIT), ran.result().outcome());
      assertTrue(ran.stdout().length() <= OUTPUT_LIMIT.bytes());
      assertFalse(sandbox.alive());
    }
  }

  @Test
  void tellsTheStatusOfCodeThatLeaves() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      assertEquals(new Outcome.Exited(3), run(sandbox, "import sys; sys.exit(3)").result().outcome());
      assertTrue(sandbox.alive(), "sys.exit ends the code, not the interpreter");
      assertEquals(new Outcome.Exited(137), run(sandbox, "import os; os._exit(137)").result().outcome());
      assertFalse(sandbox.alive());
    }
  }

  @Test
  void tellsACrashOfTheInterpreter() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      assertEquals(new Outcome.Exited(139), run(sandbox, "import ctypes; ctypes.string_at(0)").result().outcome());
    }
  }

  @Test
  void survivesCodeThatClosesItsDescriptorsAndPatchesWhatTheAgentUses() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      Ran ran =
          run(
              sandbox,
              "import builtins, json, os, sys\njson.dumps = None\nbuiltins.len = builtins.print = None\nsys.stdout = None\n"
                  + "for _fd in (0, 1, 2): os.close(_fd)\nvalue = 7");

      assertEquals(Map.of("value", 7), ran.result().locals());
      assertEquals(Optional.of("8"), run(sandbox, "value + 1").result().value());
    }
  }

  @Test
  void keepsNothingOfASandboxForTheNext() throws InterruptedException {
    try (Sandbox first = create()) {
      run(first, "import sys\nsys.marker = 1");
    }
    try (Sandbox second = create()) {
      assertEquals(Optional.of("False"), run(second, "import sys; hasattr(sys, 'marker')").result().value());
    }
  }

  @Test
  void refusesToCreateAfterTheDeadline() throws InterruptedException {
    SandboxUnavailableException refused =
        org.junit.jupiter.api.Assertions.assertThrows(
            SandboxUnavailableException.class, () -> runtime.create(spec(), Deadline.after(Duration.ZERO)));
    assertFalse(refused.getMessage().isBlank());
  }
}
