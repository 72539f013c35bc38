package dev.rlm.sandbox.image;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Ulimit;
import com.github.dockerjava.api.model.Volume;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;

/**
 * Runs the guest agent's own tests, which are Python, where the agent runs: in the image, under both runtimes, with the limits
 * of a sandbox.
 */
@Tag("image")
final class GuestAgentTest {

  /** More than a sandbox has: the tests run beside the agents that they start. */
  private static final long MEMORY = 2L << 30;

  private static final Duration LONGEST_RUN = Duration.ofMinutes(5);

  @ParameterizedTest
  @ValueSource(strings = {"runc", "runsc"})
  void passesItsOwnTests(String runtime) {
    try (var container = new GenericContainer<>(SandboxImageTest.imageName())) {
      container
          .withImagePullPolicy(SandboxImageTest.NEVER_PULL)
          .withCreateContainerCmdModifier(
              create -> {
                create.withUser("30000:30000");
                limit(Objects.requireNonNull(create.getHostConfig()), runtime);
              })
          .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(LONGEST_RUN))
          .withCommand("/usr/bin/python3", "-I", "-B", "-m", "unittest", "discover", "-s", "/src/tests");
      try {
        container.start();
      } catch (ContainerLaunchException e) {
        throw new AssertionError(container.getLogs(), e);
      }
      String said = container.getLogs().strip();
      assertTrue(said.endsWith("OK"), said);
    }
  }

  private static void limit(HostConfig host, String runtime) {
    boolean gvisor = runtime.equals("runsc");
    // Bound here: testcontainers' own way would pull an image to see whether binding works.
    host.withBinds(new Bind(Path.of("").toAbsolutePath().toString(), new Volume("/src"), AccessMode.ro))
        .withRuntime(runtime)
        .withNetworkMode("none")
        .withMemory(MEMORY)
        .withMemorySwap(MEMORY)
        .withPidsLimit(gvisor ? 256L : 50L)
        .withReadonlyRootfs(true)
        .withTmpFs(Map.of("/tmp", "rw,noexec,nosuid,nodev,size=64m"))
        .withCapDrop(Capability.ALL)
        .withSecurityOpts(List.of("no-new-privileges:true"))
        .withUlimits(
            gvisor
                ? List.of(new Ulimit("nofile", 256L, 256L), new Ulimit("nproc", 50L, 50L))
                : List.of(new Ulimit("nofile", 256L, 256L)));
  }
}
