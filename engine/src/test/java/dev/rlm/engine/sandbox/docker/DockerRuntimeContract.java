package dev.rlm.engine.sandbox.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.Canary;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.IsolationReport;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.RuntimePreference;
import dev.rlm.engine.sandbox.Sandbox;
import dev.rlm.engine.sandbox.SandboxRuntime;
import dev.rlm.engine.sandbox.SandboxRuntimeContract;
import dev.rlm.engine.sandbox.SandboxSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What sandboxes of a Docker daemon must do besides, under either OCI runtime. Needs a daemon, the runtime and the image. */
abstract class DockerRuntimeContract extends SandboxRuntimeContract {

  static final SandboxSpec SPEC =
      new SandboxSpec(
          new ResourceLimits(ByteSize.mebibytes(256), 50, 1.0, ByteSize.mebibytes(16)), false, true);

  private final RuntimePreference preference;

  DockerRuntimeContract(RuntimePreference preference) {
    this.preference = preference;
  }

  static String host() {
    return Optional.ofNullable(System.getenv("DOCKER_HOST")).orElse("unix:///var/run/docker.sock");
  }

  @Override
  protected SandboxRuntime open() throws InterruptedException {
    return DockerSandboxRuntime.open(
        new DockerSettings(host(), preference, "", false, OUTPUT_LIMIT), InstantSource.system());
  }

  @Override
  protected SandboxSpec spec() {
    return SPEC;
  }

  @Test
  void holdsWhatTheCanaryMeasures() throws InterruptedException {
    IsolationReport report = Canary.probe(runtime(), SPEC, Deadline.after(Duration.ofSeconds(60)));

    assertTrue(report.holds(), report.failures());
  }

  @Test
  void holdsWithoutTheGuardWhatTheContainerAloneMustHold() throws InterruptedException {
    SandboxSpec unguarded = new SandboxSpec(SPEC.limits(), false, false);

    IsolationReport report = Canary.probe(runtime(), unguarded, Deadline.after(Duration.ofSeconds(60)));

    assertTrue(report.holds(), report.failures());
  }

  @Test
  void tellsThatMemoryRanOutAtOnceAndByAndBy() throws InterruptedException {
    for (String bomb : List.of("x = 'a' * 10**9", "l = []\nwhile True: l.append(bytearray(1 << 20))")) {
      try (Sandbox sandbox = create()) {
        Ran ran = run(sandbox, bomb);

        assertEquals(new Outcome.OutOfMemory(SPEC.limits().memory()), ran.result().outcome(), bomb);
        assertFalse(sandbox.alive());
      }
    }
  }

  @Test
  void doesNotTakeMuchMemoryForTooMuch() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      assertEquals(Optional.of("150000000"), run(sandbox, "len(bytearray(150_000_000))").result().value());
    }
  }

  @Test
  void tellsThatNoMoreThreadsCanBeStarted() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      Ran ran =
          run(
              sandbox,
              "import threading, time\nfor n in range(200): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()");

      assertInstanceOf(Outcome.ProcessLimit.class, ran.result().outcome());
      assertTrue(sandbox.alive(), "reaching the limit does not end the sandbox");
    }
  }

  @Test
  void letsTheGuestHaveItsThreadsAndNoMore() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      Ran ran =
          run(
              sandbox,
              """
              import threading, time
              started = 0
              try:
                  while True:
                      threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
                      started += 1
              except RuntimeError:
                  pass
              started
              """);

      int started = Integer.parseInt(ran.result().value().orElseThrow());
      assertTrue(started >= 40 && started < 50, "threads: " + started);
      assertEquals(Optional.of("2"), run(sandbox, "1 + 1").result().value());
    }
  }

  @Test
  void survivesAForkBombWithoutTheGuard() throws InterruptedException {
    // Fifty interpreters need the memory of the default limit under gVisor.
    ResourceLimits limits = new ResourceLimits(ByteSize.mebibytes(512), 50, 1.0, ByteSize.mebibytes(16));
    try (Sandbox sandbox =
        runtime().create(new SandboxSpec(limits, false, false), Deadline.after(Duration.ofSeconds(60)))) {
      Ran ran =
          run(
              sandbox,
              """
              import os, time, warnings
              warnings.simplefilter('ignore')
              children = 0
              try:
                  while True:
                      if os.fork() == 0:
                          time.sleep(60)
                          os._exit(0)
                      children += 1
              except OSError as error:
                  reason = error.errno
              children
              """);

      int children = Integer.parseInt(ran.result().value().orElseThrow(() -> new AssertionError(ran.toString())));
      assertTrue(children < 50, "children: " + children);
      assertTrue(List.of(1, 11).contains(ran.result().locals().get("reason")), "EPERM or EAGAIN: " + ran);
    }
  }

  @Test
  void measuresWhatAnExecutionUsed() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      Ran ran = run(sandbox, "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass");

      Duration cpu = ran.result().usage().cpu().orElseThrow();
      assertTrue(cpu.toMillis() >= 250, "cpu: " + cpu);
      assertTrue(ran.result().usage().memoryPeak().orElseThrow() > 1 << 20);
    }
  }

  @Test
  void givesATemporaryFolderOfTheSizeAskedFor() throws InterruptedException {
    try (Sandbox sandbox = create()) {
      Ran ran =
          run(
              sandbox,
              """
              written = 0
              try:
                  for n in range(40):
                      with open(f'/tmp/{n}', 'wb') as file:
                          file.write(bytes(1 << 20))
                      written += 1
              except OSError as error:
                  reason = error.errno
              written
              """);

      int written = Integer.parseInt(ran.result().value().orElseThrow());
      assertTrue(written >= 14 && written <= 16, "MiB written: " + written);
      assertEquals(28, ran.result().locals().get("reason"), "ENOSPC");
    }
  }
}
