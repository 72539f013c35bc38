package dev.rlm.engine.app;

import dev.rlm.engine.api.Readiness;
import dev.rlm.engine.config.ExecutionSettings;
import dev.rlm.engine.config.SandboxSettings;
import dev.rlm.engine.config.Settings;
import dev.rlm.engine.execution.Admission;
import dev.rlm.engine.execution.AdmittingExecutor;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.execution.Executor;
import dev.rlm.engine.execution.RecordingExecutor;
import dev.rlm.engine.execution.SandboxExecutor;
import dev.rlm.engine.sandbox.Canary;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.sandbox.IsolationReport;
import dev.rlm.engine.sandbox.SandboxRuntime;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.sandbox.docker.DockerSandboxRuntime;
import dev.rlm.engine.sandbox.docker.DockerSettings;
import dev.rlm.engine.sandbox.local.LocalSandboxRuntime;
import dev.rlm.engine.telemetry.Meters;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine without its interfaces: everything built from the settings, and the order in which it starts and stops. */
final class Engine implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Engine.class);

  private static final Duration CANARY_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(2);

  /** How long executions under way may go on after the engine was told to stop. */
  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(10);

  private final SandboxRuntime runtime;
  private final IsolationReport isolation;
  private final Admission admission;
  private final Executor executor;
  private final Meters meters;

  private Engine(
      SandboxRuntime runtime, IsolationReport isolation, Admission admission, Executor executor, Meters meters) {
    this.runtime = runtime;
    this.isolation = isolation;
    this.admission = admission;
    this.executor = executor;
    this.meters = meters;
  }

  /**
   * Builds the engine and proves its isolation in a sandbox.
   *
   * @throws SandboxUnavailableException when sandboxes cannot be made as the settings ask
   */
  static Engine open(Settings settings) throws InterruptedException {
    settings
        .unknown()
        .forEach(name -> log.warn("the variable {} is set, and nothing reads it: see the README for the names", name));
    SandboxSpec spec =
        new SandboxSpec(settings.sandbox().limits(), settings.sandbox().network(), settings.sandbox().guard());
    SandboxRuntime runtime = openRuntime(settings);
    boolean opened = false;
    try {
      IsolationReport isolation = prove(runtime, spec);
      ExecutionSettings execution = settings.execution();
      Meters meters = new Meters();
      Admission admission = new Admission(execution.maxConcurrent(), execution.maxQueued());
      Executor executor =
          new RecordingExecutor(
              meters,
              new AdmittingExecutor(
                  admission,
                  execution.queueTimeout(),
                  new SandboxExecutor(
                      runtime,
                      spec,
                      Egress.of(settings.server().apiKeys()),
                      Math.toIntExact(execution.outputKept().bytes()),
                      execution.queueTimeout())));
      meters.gauge("rlm.executions.admitted", "Executions that run or wait", admission::admitted);
      if (runtime instanceof DockerSandboxRuntime docker) {
        meters.gauge("rlm.containers.quarantined", "Containers that could not be removed", docker::quarantined);
      }
      opened = true;
      return new Engine(runtime, isolation, admission, executor, meters);
    } finally {
      if (!opened) {
        runtime.close();
      }
    }
  }

  private static SandboxRuntime openRuntime(Settings settings) throws InterruptedException {
    SandboxSettings sandbox = settings.sandbox();
    return switch (sandbox.mode()) {
      case LOCAL -> {
        log.warn("WITHOUT ISOLATION: RLM_EXECUTION_MODE=local runs code with this process's own rights");
        yield new LocalSandboxRuntime(
            sandbox.python(), Path.of(sandbox.home(), "sandbox-image", "agent"), settings.execution().outputLimit());
      }
      case DOCKER ->
          DockerSandboxRuntime.open(
              new DockerSettings(
                  sandbox.dockerHost(),
                  sandbox.runtime(),
                  sandbox.image(),
                  sandbox.network(),
                  settings.execution().outputLimit()),
              InstantSource.system());
    };
  }

  private static IsolationReport prove(SandboxRuntime runtime, SandboxSpec spec) throws InterruptedException {
    if (runtime.isolation().equals(Isolation.NONE)) {
      return new IsolationReport(List.of());
    }
    IsolationReport report = Canary.probe(runtime, spec, Deadline.after(CANARY_TIMEOUT));
    if (!report.holds()) {
      throw new SandboxUnavailableException(
          SandboxUnavailableException.Reason.ISOLATION, "a sandbox is not isolated as it must be: " + report.failures());
    }
    return report;
  }

  Executor executor() {
    return executor;
  }

  Meters meters() {
    return meters;
  }

  SandboxRuntime runtime() {
    return runtime;
  }

  IsolationReport isolation() {
    return isolation;
  }

  /** Checks whether executions can be served now; takes at most two seconds. */
  Readiness readiness() {
    Map<String, String> checks = new TreeMap<>();
    checks.put("isolation", "ok"); // Proven before the engine was opened, and fixed since.
    String sandboxes = "ok";
    try {
      runtime.check(Deadline.after(CHECK_TIMEOUT));
    } catch (SandboxUnavailableException e) {
      sandboxes = e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      sandboxes = "the check was interrupted";
    }
    checks.put("sandboxes", sandboxes);
    return new Readiness(checks.values().stream().allMatch("ok"::equals), checks, runtime.isolation());
  }

  /** Lets nobody in any more, and waits for executions under way. */
  void drain() throws InterruptedException {
    admission.close();
    if (!admission.awaitIdle(Deadline.after(DRAIN_TIMEOUT))) {
      log.warn("executions under way did not end in time and are cut off");
    }
  }

  @Override
  public void close() {
    runtime.close();
  }
}
