package dev.rlm.engine.sandbox.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.transport.DockerHttpClient;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.sandbox.Sandbox;
import dev.rlm.engine.sandbox.SandboxRuntime;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.sandbox.protocol.AgentSandbox;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sandboxes as containers of a Docker daemon: created, attached to, started, and destroyed after use.
 *
 * <p>What is left of engines that died is removed when this one starts and every {@value #SWEEP_SECONDS} seconds.
 */
public final class DockerSandboxRuntime implements SandboxRuntime {

  private static final Logger log = LoggerFactory.getLogger(DockerSandboxRuntime.class);

  private static final int SWEEP_SECONDS = 30;
  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(20);
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

  private final OutOfMemoryWatch memoryWatch;
  private final Thread sweeping;

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
    this.memoryWatch = new OutOfMemoryWatch(daemon, lease.engineId());
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
    String name = "rlm-" + UUID.randomUUID().toString().substring(24);
    int uid = userIds.take();
    live.put(name, () -> {});
    Runnable onGone =
        () -> {
          live.remove(name);
          userIds.release(uid);
        };
    String id;
    try {
      id = createContainer(name, spec, uid, deadline);
    } catch (RuntimeException | InterruptedException e) {
      onGone.run(); // Should the daemon make it after all, the sweeper finds a container that is not known.
      throw e;
    }
    Runnable removal = () -> reaper.remove(id, onGone);
    live.put(name, removal);
    DockerContainer container = null;
    try {
      container = start(id, removal, deadline);
      return AgentSandbox.open(name, container, spec.limits(), settings.outputLimit(), spec.guard(), deadline);
    } catch (DockerException e) {
      throw daemon.unavailable("did not start a container: " + e.getMessage(), e);
    } finally {
      if (container == null) {
        removal.run();
      }
    }
  }

  private String createContainer(String name, SandboxSpec spec, int uid, Deadline deadline) throws InterruptedException {
    ContainerPolicy.Identity identity =
        new ContainerPolicy.Identity(
            name,
            imageId,
            runtime.name(),
            uid,
            new ContainerLabels(lease.engineId(), lease.domain(), clock.instant().plus(MAX_LIFETIME)).toMap(),
            seccompProfile);
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

  private DockerContainer start(String id, Runnable removal, Deadline deadline) throws InterruptedException {
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
      return new DockerContainer(id, daemon, input, attached, meter, memoryWatch, removal);
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
      while (!Thread.interrupted()) {
        sweeper.round();
        Thread.sleep(Duration.ofSeconds(SWEEP_SECONDS));
      }
    } catch (InterruptedException e) {
      log.trace("the orphan sweeper ends");
    }
  }

  @Override
  public void close() {
    sweeping.interrupt();
    memoryWatch.close();
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
