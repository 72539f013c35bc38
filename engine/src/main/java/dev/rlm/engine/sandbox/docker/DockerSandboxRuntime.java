package dev.rlm.engine.sandbox.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.transport.DockerHttpClient;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.ExecutionRequest;
import dev.rlm.engine.sandbox.ExecutionResult;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.Sandbox;
import dev.rlm.engine.sandbox.SandboxRuntime;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.sandbox.protocol.AgentSandbox;
import dev.rlm.engine.sandbox.protocol.ContextDelivery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sandboxes as containers of a Docker daemon: created, attached to, started, and destroyed after use.
 *
 * <p>What is left of engines that died is removed when this one starts and then every {@value #SWEEP_SECONDS} seconds; when the
 * daemon has come back after it could not be reached, and when a caller stopped waiting for a container, at once.
 */
public final class DockerSandboxRuntime implements SandboxRuntime {

  private static final Logger log = LoggerFactory.getLogger(DockerSandboxRuntime.class);

  private static final int SWEEP_SECONDS = 30;

  /** The pause after the first sweep; each is twice as long as the one before, since what is amiss shows soon after a fault. */
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  /** For a daemon that is busy: one that is silent, or not there, is found out much earlier. */
  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(60);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

  /** No sandbox lives longer; after that, any engine may take its container for garbage. */
  private static final Duration MAX_LIFETIME = Duration.ofHours(24);

  private final DockerSettings settings;
  private final DockerDaemon daemon;
  private final EngineLease lease;
  private final ContainerReaper reaper;
  private final RuntimeChoice runtime;
  private final String imageId;
  private final String seccompProfile;
  private final InstantSource clock;
  private final UserIds userIds = new UserIds(new SecureRandom());
  /** Names of the containers from before they are created until they are gone; how to destroy each once it is there. */
  private final Map<String, Runnable> live = new ConcurrentHashMap<>();

  private final ContainerWatch watch;
  private final Thread sweeping;

  /** Where sandboxes get their folders; empty when they cannot see files of this machine. */
  private volatile Optional<Path> files;

  /** Whether it was seen that they can. Until then, a container that is not made is tried without. */
  private volatile boolean filesProven;

  private DockerSandboxRuntime(
      DockerSettings settings,
      DockerDaemon daemon,
      EngineLease lease,
      ContainerReaper reaper,
      RuntimeChoice runtime,
      String imageId,
      InstantSource clock) {
    this.settings = settings;
    this.daemon = daemon;
    this.lease = lease;
    this.reaper = reaper;
    this.runtime = runtime;
    this.imageId = imageId;
    this.seccompProfile = SeccompProfile.load(settings.network());
    this.clock = clock;
    this.files = settings.host().startsWith("unix:") ? settings.files() : Optional.empty();
    this.watch = new ContainerWatch(daemon, lease.engineId());
    OrphanSweeper sweeper = new OrphanSweeper(daemon, lease, reaper, live.keySet(), clock);
    this.sweeping = Thread.ofVirtual().name("orphan-sweeper").start(() -> sweepForEver(sweeper));
  }

  /**
   * Connects to the daemon, chooses the runtime and checks the image.
   *
   * @throws SandboxUnavailableException when sandboxes cannot be made as the settings ask; the message says what to do
   */
  public static DockerSandboxRuntime open(DockerSettings settings, InstantSource clock) throws InterruptedException {
    Deadline deadline = Deadline.after(OPEN_TIMEOUT);
    DockerDaemon daemon = new DockerDaemon(settings.host());
    boolean opened = false;
    try {
      RuntimeChoice runtime = RuntimeChoice.make(daemon, settings.runtime(), settings.network(), deadline);
      String imageId = SandboxImage.resolve(daemon, settings.image(), deadline);
      EngineLease lease = EngineLease.take();
      opened = true;
      return new DockerSandboxRuntime(
          settings, daemon, lease, new ContainerReaper(daemon), runtime, imageId, clock);
    } catch (DockerException e) {
      throw daemon.unavailable("refused: " + e.getMessage(), e);
    } finally {
      if (!opened) {
        daemon.close();
      }
    }
  }

  @Override
  public Sandbox create(SandboxSpec spec, Deadline deadline) throws InterruptedException {
    Optional<Path> folder = files;
    if (folder.isEmpty() || filesProven) {
      return create(spec, folder, deadline);
    }
    try {
      return create(spec, folder, deadline);
    } catch (SandboxUnavailableException e) {
      Sandbox without = create(spec, Optional.empty(), deadline);
      sendFiles("a container with the folder %s is not made: %s".formatted(folder.get(), e.getMessage()));
      return without;
    }
  }

  private void sendFiles(String why) {
    log.warn("stored contexts are sent to sandboxes, at most {} each, since the daemon cannot show them files of this machine: {}",
        ContextDelivery.LARGEST_SENT, why);
    files = Optional.empty();
  }

  private Sandbox create(SandboxSpec spec, Optional<Path> folder, Deadline deadline) throws InterruptedException {
    String name = "rlm-" + UUID.randomUUID().toString().substring(24);
    Optional<GuestFiles> guestFiles = folder.map(parent -> makeFiles(parent, name));
    int uid = userIds.take();
    live.put(name, () -> {});
    Runnable onGone =
        () -> {
          guestFiles.ifPresent(GuestFiles::remove);
          live.remove(name);
          userIds.release(uid);
        };
    String id;
    try {
      id = createContainer(name, spec, uid, guestFiles, deadline);
    } catch (RuntimeException | InterruptedException e) {
      onGone.run();
      if (e instanceof InterruptedException || deadline.expired()) {
        // Should the daemon make it after all, the sweeper finds a container that is not known.
        daemon.abandoned();
      }
      throw e;
    }
    Runnable removal = () -> reaper.remove(id, onGone);
    live.put(name, removal);
    DockerContainer container = null;
    try {
      container = start(id, spec.limits().memory(), guestFiles, removal, deadline);
      AgentSandbox sandbox =
          AgentSandbox.open(name, container, spec.limits(), settings.outputLimit(), spec.guard(), deadline);
      rehearse(sandbox, deadline);
      return sandbox;
    } catch (DockerException e) {
      throw daemon.unavailable("did not start a container: " + e.getMessage(), e);
    } finally {
      if (container == null) {
        removal.run();
      }
    }
  }

  /** Runs no code, so that nothing on the way there and back happens for the first time when code of somebody's does. */
  private static void rehearse(AgentSandbox sandbox, Deadline deadline) throws InterruptedException {
    Outcome outcome =
        sandbox
            .execute(
                new ExecutionRequest("rehearsal", "", Optional.empty(), deadline.remaining(), HostCalls.NONE), (_, _) -> {})
            .outcome();
    if (!(outcome instanceof Outcome.Completed)) {
      sandbox.close();
      throw new SandboxUnavailableException(
          SandboxUnavailableException.Reason.AGENT, "a new sandbox did not run anything: " + outcome.label());
    }
  }

  private static GuestFiles makeFiles(Path parent, String name) {
    try {
      return GuestFiles.make(parent, name);
    } catch (IOException e) {
      throw new SandboxUnavailableException(
          SandboxUnavailableException.Reason.RUNTIME,
          "no folder for a sandbox can be made in %s (%s): look after the disk where RLM_DATA_DIR is".formatted(parent, e),
          e);
    }
  }

  @Override
  public void proveFiles(Sandbox fresh) throws InterruptedException {
    if (files.isEmpty()) {
      return;
    }
    Path sample = files.get().resolve("sample");
    String text = UUID.randomUUID().toString();
    Outcome outcome;
    Optional<String> seen;
    try {
      Files.writeString(sample, text);
      ExecutionResult result =
          fresh.execute(
              new ExecutionRequest(
                  "sample",
                  "context",
                  Optional.of(new GuestContext.Stored("", sample, Optional.empty(), true, text.length(), text.length())),
                  OPEN_TIMEOUT,
                  HostCalls.NONE),
              (_, _) -> {});
      Files.delete(sample);
      outcome = result.outcome();
      seen = result.value();
    } catch (IOException e) {
      throw new UncheckedIOException("the folder %s cannot be written to".formatted(files.get()), e);
    }
    if (seen.equals(Optional.of("'" + text + "'"))) {
      filesProven = true;
    } else {
      sendFiles("a sandbox did not see a file that was put into its folder (%s)".formatted(outcome.label()));
    }
  }

  private String createContainer(String name, SandboxSpec spec, int uid, Optional<GuestFiles> guestFiles, Deadline deadline)
      throws InterruptedException {
    ContainerPolicy.Identity identity =
        new ContainerPolicy.Identity(
            name,
            imageId,
            runtime.name(),
            uid,
            new ContainerLabels(lease.engineId(), lease.domain(), clock.instant().plus(MAX_LIFETIME)).toMap(),
            seccompProfile,
            guestFiles.map(folder -> folder.folder().toAbsolutePath().toString()));
    try {
      return daemon.call(
          "create a container",
          deadline,
          client -> ContainerPolicy.apply(client.createContainerCmd(imageId), spec, identity).exec().getId());
    } catch (NotFoundException e) {
      throw SandboxImage.untrusted(
          "the image %s of this engine's start is gone: run ./rlm setup and start the engine again".formatted(imageId));
    } catch (DockerException e) {
      throw daemon.unavailable("did not create a container: " + e.getMessage(), e);
    }
  }

  private DockerContainer start(
      String id, ByteSize memory, Optional<GuestFiles> guestFiles, Runnable removal, Deadline deadline)
      throws InterruptedException {
    GuestInput input = new GuestInput();
    DockerHttpClient.Response attached = daemon.attach(id, input, deadline);
    boolean started = false;
    try {
      CgroupMeter meter =
          daemon.call(
              "start a container",
              deadline,
              client -> {
                client.startContainerCmd(id).exec();
                Long pid = client.inspectContainerCmd(id).exec().getState().getPidLong();
                return pid == null ? CgroupMeter.NONE : CgroupMeter.ofProcess(pid, id);
              });
      started = true;
      return new DockerContainer(id, memory, daemon, input, attached, meter, meter.notices(), watch, guestFiles, removal);
    } finally {
      if (!started) {
        input.close();
        attached.close();
      }
    }
  }

  @Override
  public Isolation isolation() {
    return new Isolation(runtime.name(), runtime.version(), settings.network() ? "bridge" : "none");
  }

  @Override
  public void check(Deadline deadline) throws InterruptedException {
    try {
      daemon.call("inspect an image", deadline, client -> client.inspectImageCmd(imageId).exec());
    } catch (NotFoundException e) {
      throw SandboxImage.untrusted(
          "the image %s of this engine's start is gone: run ./rlm setup and start the engine again".formatted(imageId));
    } catch (DockerException e) {
      throw daemon.unavailable("refused: " + e.getMessage(), e);
    }
  }

  /** Returns the id of the image that sandboxes are made from. */
  public String imageId() {
    return imageId;
  }

  /** Returns how many containers could not be removed. */
  public int quarantined() {
    return reaper.quarantinedCount();
  }

  private void sweepForEver(OrphanSweeper sweeper) {
    try {
      Duration pause = FIRST_PAUSE;
      while (true) {
        sweeper.round();
        boolean changed = daemon.awaitChange(pause);
        pause = changed ? FIRST_PAUSE : shorter(pause.multipliedBy(2), Duration.ofSeconds(SWEEP_SECONDS));
      }
    } catch (InterruptedException e) {
      log.trace("the orphan sweeper ends");
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  @Override
  public void close() {
    sweeping.interrupt();
    watch.close();
    live.values().forEach(Runnable::run);
    try {
      reaper.awaitIdle(Deadline.after(CLOSE_TIMEOUT));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lease.close();
    daemon.close();
  }
}
