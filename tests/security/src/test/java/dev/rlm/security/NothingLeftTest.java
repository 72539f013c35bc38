package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** After all other tests: nothing that they or their engines made is still there. */
@Tag("last")
@Order(Integer.MAX_VALUE)
@ResourceLock(NothingLeftTest.PROCESSES)
final class NothingLeftTest {

  /** What tests share that run beside others: this one waits for them. */
  static final String PROCESSES = "processes";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void noContainerIsLeft() {
    Containers.within(PATIENCE, () -> Containers.ofEngines().isEmpty());
    assertEquals(List.of(), Containers.ofEngines());
  }

  /** And with the processes their threads, sockets and other descriptors. */
  @Test
  void noProcessOfTheseTestsIsLeft() {
    Containers.within(PATIENCE, () -> ProcessHandle.current().descendants().findAny().isEmpty());
    assertEquals(List.of(), ProcessHandle.current().descendants().map(ProcessHandle::info).toList());
  }

  @Test
  void noProcessControlGroupOrMountOfAContainerIsLeft() {
    Set<String> left = new HashSet<>(Leftovers.now());
    left.removeAll(EngineProcess.LEFT_BEFORE);
    Containers.within(
        PATIENCE,
        () -> {
          left.retainAll(Leftovers.now()); // What others have just made or removed does not stay.
          return left.isEmpty();
        });
    assertEquals(Set.of(), left);
  }
}
