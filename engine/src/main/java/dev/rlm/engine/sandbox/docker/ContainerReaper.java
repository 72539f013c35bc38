package dev.rlm.engine.sandbox.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Destroys containers in the background, so that no caller waits for it. A container that cannot be removed after some tries
 * is put in quarantine: counted, tried again by {@link #retryQuarantined}, never waited for. Safe for use by many threads.
 */
final class ContainerReaper {

  private static final Logger log = LoggerFactory.getLogger(ContainerReaper.class);

  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);

  /** Destroying a container takes a tenth of a second of processor time: the answer of what ran in it goes first. */
  static final Duration BEHIND_THE_ANSWER = Duration.ofMillis(20);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final int TRIES = 4;
  private static final int PARALLEL = 4;

  private final DockerDaemon daemon;
  private final Semaphore parallel = new Semaphore(PARALLEL);
  private final Phaser underWay = new Phaser(1);
  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final Map<String, Runnable> quarantined = new ConcurrentHashMap<>();

  ContainerReaper(DockerDaemon daemon) {
    this.daemon = daemon;
  }

  /**
   * Removes a container, running or not. Returns at once; a second call for a container that is being removed does nothing.
   *
   * @param onGone called once, when the container is known to be gone
   */
  void remove(String containerId, Runnable onGone) {
    if (!known.add(containerId)) {
      return;
    }
    underWay.register();
    Thread.ofVirtual().name("reaper").start(() -> run(containerId, onGone));
  }

  private void run(String containerId, Runnable onGone) {
    try {
      Thread.sleep(BEHIND_THE_ANSWER);
      parallel.acquire();
      try {
        removeWithRetries(containerId);
      } finally {
        parallel.release();
      }
      known.remove(containerId);
      onGone.run();
    } catch (SandboxUnavailableException | DockerException e) {
      quarantined.put(containerId, onGone);
      known.remove(containerId);
      log.error("container {} cannot be removed and is in quarantine: {}", containerId, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Nobody interrupts this thread.
    } finally {
      underWay.arriveAndDeregister();
    }
  }

  private void removeWithRetries(String containerId) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    for (int attempt = 1; ; attempt++) {
      try {
        removeOnce(containerId);
        return;
      } catch (SandboxUnavailableException | DockerException e) {
        if (attempt == TRIES) {
          throw e;
        }
        log.debug("container {} is not removed yet: {}", containerId, e.getMessage());
      }
      Thread.sleep(pause);
      pause = pause.multipliedBy(4);
    }
  }

  private void removeOnce(String containerId) throws InterruptedException {
    daemon.call(
        "remove a container",
        Deadline.after(CALL_TIMEOUT),
        client -> {
          try {
            client.removeContainerCmd(containerId).withForce(true).withRemoveVolumes(true).exec();
          } catch (NotFoundException e) {
            log.trace("container {} was gone already", containerId);
          }
          return true;
        });
  }

  /** Tries once more to remove what is in quarantine. */
  void retryQuarantined() {
    for (String containerId : Set.copyOf(quarantined.keySet())) {
      Runnable onGone = quarantined.remove(containerId);
      if (onGone != null) {
        remove(containerId, onGone);
      }
    }
  }

  /** Returns how many containers could not be removed. */
  int quarantinedCount() {
    return quarantined.size();
  }

  /** Returns whether the container is being removed or in quarantine. */
  boolean knows(String containerId) {
    return known.contains(containerId) || quarantined.containsKey(containerId);
  }

  /** Waits until nothing is being removed any more, or the deadline. */
  void awaitIdle(Deadline deadline) throws InterruptedException {
    int phase = underWay.arrive();
    try {
      underWay.awaitAdvanceInterruptibly(phase, deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      log.warn("some containers were not removed in time; the next engine will remove them");
    }
  }
}
