package dev.rlm.engine.sandbox.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Container;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes containers whose engine has ended, and only those: a container without our labels, of an engine that lives, or of
 * an engine that cannot be judged from here, is left alone until its deadline has passed. Of this engine's own containers,
 * those go that it knows nothing of: the daemon made them after the engine had stopped waiting.
 */
final class OrphanSweeper {

  private static final Logger log = LoggerFactory.getLogger(OrphanSweeper.class);

  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);

  private final DockerDaemon daemon;
  private final EngineLease lease;
  private final ContainerReaper reaper;
  private final Set<String> live;
  private final InstantSource clock;

  /**
   * Creates a sweeper.
   *
   * @param live the names of this engine's own containers, from before they are created until they are gone
   */
  OrphanSweeper(DockerDaemon daemon, EngineLease lease, ContainerReaper reaper, Set<String> live, InstantSource clock) {
    this.daemon = daemon;
    this.lease = lease;
    this.reaper = reaper;
    this.live = live;
    this.clock = clock;
  }

  /**
   * Starts the removal of every orphan.
   *
   * @return how many there were
   */
  int sweep() throws InterruptedException {
    List<Container> candidates =
        daemon.call(
            "list containers",
            Deadline.after(CALL_TIMEOUT),
            client ->
                client.listContainersCmd().withShowAll(true).withLabelFilter(List.of(ContainerLabels.ENGINE)).exec());
    int orphans = 0;
    for (Container container : candidates) {
      if (isOrphan(container) && !reaper.knows(container.getId())) {
        reaper.remove(container.getId(), () -> log.info("removed the orphan container {}", container.getId()));
        orphans++;
      }
    }
    return orphans;
  }

  /** Sweeps, and tries again what is in quarantine; failures are logged, for the next round to mend. */
  void round() throws InterruptedException {
    try {
      reaper.retryQuarantined();
      sweep();
    } catch (SandboxUnavailableException | DockerException e) {
      log.warn("orphan containers cannot be looked for: {}", e.getMessage());
    }
  }

  private boolean isOrphan(Container container) {
    Optional<ContainerLabels> parsed = ContainerLabels.parse(container.getLabels());
    if (parsed.isEmpty()) {
      return false;
    }
    ContainerLabels owner = parsed.get();
    if (owner.engineId().equals(lease.engineId())) {
      // The daemon writes a slash before a name.
      return Arrays.stream(container.getNames()).noneMatch(name -> live.contains(name.substring(1)));
    }
    return owner.domain().equals(lease.domain())
        ? lease.ended(owner.engineId())
        : owner.deadline().isBefore(clock.instant());
  }
}
