package dev.rlm.engine.sandbox.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.transport.DockerHttpClient;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.sandbox.protocol.SandboxProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One started container with its attached streams. */
final class DockerContainer implements SandboxProcess {

  private static final Logger log = LoggerFactory.getLogger(DockerContainer.class);

  private static final Duration KILL_TIMEOUT = Duration.ofSeconds(20);

  /** Exit statuses above this one are those of a signal, or of guest code that pretends to be one. */
  private static final int SIGNALLED = 128;

  /** The daemon may tell why a container ended a moment after it told that it did. */
  private static final long EVENT_LAG_MILLIS = 200;

  /** On a machine with ten times the work that it can do the daemon is later: it is waited for where memory may have run out. */
  private static final long BUSY_EVENT_LAG_MILLIS = 2_000;

  /** How often it is asked for the kernel's word while the daemon's is waited for. */
  private static final long NOTICE_MILLIS = 10;

  /** A container that was not seen to use this share of its memory, in percent, was hardly ended for want of more. */
  private static final int NEAR_LIMIT_PERCENT = 80;

  private static final int KILLED_BY_KERNEL = 137;

  private final String id;
  private final long memory;
  private final DockerDaemon daemon;
  private final GuestInput input;
  private final DockerHttpClient.Response attached;
  private final GuestOutput output;
  private final CgroupMeter meter;
  private final OomNotices notices;
  private final ContainerWatch watch;
  private final Optional<GuestFiles> files;
  private final Runnable removal;
  private final CountDownLatch memoryRanOut = new CountDownLatch(1);
  private final CountDownLatch killedFromOutside = new CountDownLatch(1);
  private final AtomicBoolean killed = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Takes over a container.
   *
   * @param memory its limit
   * @param notices of the kernel that it was reached; closed with the container
   * @param files what it may read of this machine
   * @param removal starts the removal of the container in the background
   */
  DockerContainer(
      String id,
      ByteSize memory,
      DockerDaemon daemon,
      GuestInput input,
      DockerHttpClient.Response attached,
      CgroupMeter meter,
      OomNotices notices,
      ContainerWatch watch,
      Optional<GuestFiles> files,
      Runnable removal) {
    this.id = id;
    this.memory = memory.bytes();
    this.daemon = daemon;
    this.input = input;
    this.attached = attached;
    this.output = new GuestOutput(attached.getBody());
    this.meter = meter;
    this.notices = notices;
    this.watch = watch;
    this.files = files;
    this.removal = removal;
  }

  @Override
  public InputStream output() {
    return output;
  }

  @Override
  public void send(byte[] bytes) throws IOException {
    input.send(bytes);
  }

  @Override
  public Optional<String> place(Path file) throws IOException {
    return files.isEmpty() ? Optional.empty() : Optional.of(files.get().place(file));
  }

  @Override
  public Consumption consumption() {
    return meter.read();
  }

  @Override
  public void onOutOfMemory(Runnable action) {
    watch.watch(
        id,
        new ContainerWatch.Listener() {
          @Override
          public void outOfMemory() {
            if (memoryRanOut.getCount() > 0) {
              memoryRanOut.countDown();
              action.run();
            }
          }

          @Override
          public void killed() {
            if (!killed.get() && !closed.get()) {
              killedFromOutside.countDown();
            }
          }
        });
  }

  @Override
  public boolean reachable() {
    return daemon.answers();
  }

  @Override
  public void kill() {
    if (killed.compareAndSet(false, true)) {
      Thread.ofVirtual().name("kill").start(this::killNow);
    }
  }

  private void killNow() {
    try {
      daemon.call(
          "kill a container",
          Deadline.after(KILL_TIMEOUT),
          client -> {
            client.killContainerCmd(id).exec();
            return true;
          });
    } catch (DockerException | SandboxUnavailableException e) {
      log.debug("container {} was not killed: {}", id, e.getMessage()); // Its removal will.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Nobody interrupts this thread.
    }
  }

  @Override
  public Optional<ExitEvidence> awaitExit(Deadline deadline) throws InterruptedException {
    OptionalLong early = meter.read().memoryPeak(); // The daemon takes the control group away.
    try {
      boolean ended = daemon.call("wait for a container", deadline, client -> awaitEnd(client, deadline));
      if (!ended) {
        return Optional.empty();
      }
      InspectContainerResponse.ContainerState state =
          daemon.call("inspect a container", deadline, client -> client.inspectContainerCmd(id).exec().getState());
      Long status = state.getExitCodeLong();
      if (Boolean.TRUE.equals(state.getRunning()) || status == null) {
        return Optional.empty();
      }
      OptionalLong late = meter.read().memoryPeak();
      OptionalLong peak = late.isPresent() ? late : early;
      long lag = mayHaveRunOut(peak, status) ? BUSY_EVENT_LAG_MILLIS : EVENT_LAG_MILLIS;
      boolean oomKilled =
          Boolean.TRUE.equals(state.getOOMKilled())
              || (ExitEvidence.mayFollowOutOfMemory(status.intValue()) && ranOut(lag));
      boolean fromOutside = !oomKilled && status > SIGNALLED && heard(killedFromOutside, EVENT_LAG_MILLIS);
      return Optional.of(new ExitEvidence(status.intValue(), oomKilled, fromOutside, peak, output.diagnostics()));
    } catch (DockerException | SandboxUnavailableException e) {
      log.warn("the end of container {} is not known: {}", id, e.getMessage());
      return Optional.empty();
    }
  }

  /** Whether it was seen near its limit, or not seen and ended as the kernel ends it there: few do so for another reason. */
  private boolean mayHaveRunOut(OptionalLong peak, long status) {
    return peak.isPresent() ? peak.getAsLong() >= memory / 100 * NEAR_LIMIT_PERCENT : status == KILLED_BY_KERNEL;
  }

  /** Whether the daemon or the kernel says so in time: the one may be late, and the other say more when the group is gone. */
  private boolean ranOut(long lagMillis) throws InterruptedException {
    Deadline late = Deadline.after(Duration.ofMillis(lagMillis));
    while (!notices.ranOut() && !heard(memoryRanOut, NOTICE_MILLIS)) {
      if (late.expired()) {
        return false;
      }
    }
    return true;
  }

  private static boolean heard(CountDownLatch event, long lagMillis) throws InterruptedException {
    return event.await(lagMillis, TimeUnit.MILLISECONDS);
  }

  private boolean awaitEnd(com.github.dockerjava.api.DockerClient client, Deadline deadline) {
    try (WaitContainerResultCallback ended = client.waitContainerCmd(id).start()) {
      return ended.awaitCompletion(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      watch.forget(id);
      notices.close();
      removal.run();
      Thread.ofVirtual().name("detach").start(this::detach);
    }
  }

  /** Like the removal, behind the answer of what ran here: the guest ends when its input does, and that is work for many. */
  private void detach() {
    try {
      Thread.sleep(ContainerReaper.BEHIND_THE_ANSWER);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Nobody interrupts this thread.
    }
    input.close();
    attached.close();
  }
}
