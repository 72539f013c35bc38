package dev.rlm.engine.app;

import dev.rlm.engine.api.ApiServer;
import dev.rlm.engine.api.Readiness;
import dev.rlm.engine.config.ExecutionSettings;
import dev.rlm.engine.config.PlaneSettings;
import dev.rlm.engine.config.SandboxSettings;
import dev.rlm.engine.config.Settings;
import dev.rlm.engine.context.ContextStore;
import dev.rlm.engine.context.DataFolder;
import dev.rlm.engine.execution.Admission;
import dev.rlm.engine.execution.AdmittingExecutor;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.ExecutionListener;
import dev.rlm.engine.execution.Executor;
import dev.rlm.engine.execution.HoldingExecutor;
import dev.rlm.engine.execution.RecordingExecutor;
import dev.rlm.engine.execution.SandboxExecutor;
import dev.rlm.engine.execution.SandboxSource;
import dev.rlm.engine.execution.ThrowawaySource;
import dev.rlm.engine.history.AuditLog;
import dev.rlm.engine.history.AuditingExecutor;
import dev.rlm.engine.history.TrajectoryStore;
import dev.rlm.engine.remote.RemoteRuntime;
import dev.rlm.engine.remote.RemoteWorkspaces;
import dev.rlm.engine.repl.SessionWorkspaces;
import dev.rlm.engine.repl.Workspace;
import dev.rlm.engine.sandbox.Canary;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.sandbox.IsolationReport;
import dev.rlm.engine.sandbox.SandboxRuntime;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.sandbox.docker.DockerSandboxRuntime;
import dev.rlm.engine.sandbox.docker.DockerSettings;
import dev.rlm.engine.sandbox.local.LocalSandboxRuntime;
import dev.rlm.engine.sandbox.pool.PoolSettings;
import dev.rlm.engine.sandbox.pool.SandboxPool;
import dev.rlm.engine.session.SessionRegistry;
import dev.rlm.engine.telemetry.Meters;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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
  private final SandboxPool pool;
  private final Admission admission;
  private final Executor executor;
  private final SandboxSource throwaway;
  private final SessionRegistry sessions;
  private final DataFolder data;
  private final ContextStore contexts;
  private final TrajectoryStore trajectories;
  private final Optional<InferencePlane> inference;
  private final Meters meters = new Meters();

  private Engine(
      SandboxRuntime runtime,
      SandboxSpec spec,
      IsolationReport isolation,
      Settings settings,
      int poolSize,
      DataFolder data) {
    ExecutionSettings execution = settings.execution();
    this.runtime = runtime;
    this.isolation = isolation;
    this.pool =
        new SandboxPool(
            runtime,
            spec,
            new PoolSettings(
                poolSize, settings.pool().parallel(), settings.pool().ceiling(), execution.queueTimeout()));
    Egress egress = EgressFactory.create(settings);
    this.data = data;
    this.contexts =
        new ContextStore(
            data,
            new ContextStore.Options(settings.contexts().budget(), settings.contexts().timeToLive()),
            new ContextStore.Listener() {
              @Override
              public Consumer<GuestContext.Stored> arrives(InputStream document) {
                return egress.arriving(document);
              }

              @Override
              public void removed(String contentHash) {
                egress.forget(contentHash);
              }
            },
            InstantSource.system());
    this.admission = new Admission(execution.maxConcurrent(), execution.maxQueued());
    Executor recording =
        new RecordingExecutor(
            meters,
            new HoldingExecutor(
                contexts,
                new AdmittingExecutor(
                    admission,
                    execution.queueTimeout(),
                    new SandboxExecutor(
                        runtime.isolation(), Math.toIntExact(execution.outputKept().bytes()), execution.queueTimeout()))));
    this.executor =
        execution
            .auditLog()
            .map(file -> (Executor) new AuditingExecutor(new AuditLog(file, InstantSource.system()), recording))
            .orElse(recording);
    this.throwaway = new ThrowawaySource(pool, egress);
    this.sessions =
        new SessionRegistry(
            pool,
            egress,
            executor,
            new SessionRegistry.Options(
                settings.pool().maxSessions(), settings.pool().sessionTimeToLive(), execution.queueTimeout()),
            InstantSource.system(),
            contexts);
    this.trajectories = InferencePlane.trajectories(settings);
    Workspace.Factory workspaces =
        runtime instanceof RemoteRuntime remote ? new RemoteWorkspaces(remote, egress) : new SessionWorkspaces(sessions);
    this.inference = InferencePlane.open(settings, workspaces, egress, trajectories, meters);
    meters.gauge("rlm.executions.admitted", "Executions that run or wait", admission::admitted);
    meters.gauge("rlm.sessions", "Sessions that live", sessions::count);
    meters.gauge("rlm.contexts", "Contexts that are stored", () -> contexts.figures().contexts());
    meters.gauge("rlm.contexts.bytes", "Bytes that contexts take", () -> contexts.figures().bytes());
    meters.gauge("rlm.pool.idle", "Sandboxes that wait", () -> pool.figures().idle());
    meters.gauge("rlm.pool.making", "Sandboxes that are being made", () -> pool.figures().making());
    meters.gauge("rlm.pool.leased", "Sandboxes in use", () -> pool.figures().leased());
    meters.gauge("rlm.pool.waiting", "Callers that wait for a sandbox", () -> pool.figures().waiting());
    if (runtime instanceof DockerSandboxRuntime docker) {
      meters.gauge("rlm.containers.quarantined", "Containers that could not be removed", docker::quarantined);
    }
  }

  /**
   * Builds the engine and proves its isolation in a sandbox.
   *
   * @throws SandboxUnavailableException when sandboxes cannot be made as the settings ask
   */
  static Engine open(Settings settings) throws InterruptedException {
    return open(settings, settings.planes().plane() == PlaneSettings.Plane.INFERENCE ? 0 : settings.pool().size());
  }

  /** As {@link #open(Settings)}, with this many sandboxes kept waiting. */
  static Engine open(Settings settings, int poolSize) throws InterruptedException {
    settings
        .unknown()
        .forEach(name -> log.warn("the variable {} is set, and nothing reads it: see the README for the names", name));
    SandboxSpec spec =
        new SandboxSpec(settings.sandbox().limits(), settings.sandbox().network(), settings.sandbox().guard());
    DataFolder data = DataFolder.take(settings.contexts().dataFolder());
    @Nullable SandboxRuntime runtime = null;
    boolean opened = false;
    try {
      runtime = openRuntime(settings, data);
      IsolationReport isolation = prove(runtime, spec);
      opened = true;
      return new Engine(runtime, spec, isolation, settings, poolSize, data);
    } finally {
      if (!opened) {
        if (runtime != null) {
          runtime.close();
        }
        data.close();
      }
    }
  }

  private static SandboxRuntime openRuntime(Settings settings, DataFolder data) throws InterruptedException {
    if (settings.planes().executionUrl().isPresent()) {
      return RemoteRuntime.connect(
          settings.planes().executionUrl().get(), settings.planes().executionKey(), settings.execution().queueTimeout());
    }
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
                  settings.execution().outputLimit(),
                  Optional.of(data.mounts())),
              InstantSource.system());
    };
  }

  private static IsolationReport prove(SandboxRuntime runtime, SandboxSpec spec) throws InterruptedException {
    if (runtime.isolation().equals(Isolation.NONE) || runtime instanceof RemoteRuntime) { // Which has proven its own.
      return new IsolationReport(List.of());
    }
    IsolationReport report = Canary.probe(runtime, spec, Deadline.after(CANARY_TIMEOUT));
    if (!report.holds()) {
      throw new SandboxUnavailableException(
          SandboxUnavailableException.Reason.ISOLATION, "a sandbox is not isolated as it must be: " + report.failures());
    }
    return report;
  }

  ApiServer.Services services() {
    return new ApiServer.Services(executor, throwaway, sessions, contexts, inference.map(InferencePlane::inference), trajectories);
  }

  /** Runs code in a sandbox of its own. */
  Execution execute(ExecutionCommand command) throws InterruptedException {
    return executor.execute(command, throwaway, ExecutionListener.NONE);
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
    SandboxPool.Figures figures = pool.figures();
    return new Readiness(
        checks.values().stream().allMatch("ok"::equals),
        checks,
        runtime.isolation(),
        new Readiness.Pool(figures.size(), figures.idle(), figures.making(), figures.leased(), figures.waiting()));
  }

  /** Lets nobody in any more, and waits for executions under way; runs of the loop, which may take long, are broken off. */
  void drain() throws InterruptedException {
    inference.ifPresent(InferencePlane::close);
    admission.close();
    if (!admission.awaitIdle(Deadline.after(DRAIN_TIMEOUT))) {
      log.warn("executions under way did not end in time and are cut off");
    }
  }

  @Override
  public void close() {
    inference.ifPresent(InferencePlane::close);
    sessions.close();
    pool.close();
    runtime.close();
    contexts.close();
    data.close();
  }
}
