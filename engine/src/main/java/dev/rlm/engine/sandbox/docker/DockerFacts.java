package dev.rlm.engine.sandbox.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Info;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.RuntimePreference;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** What can be said of a Docker daemon from outside, for an operator to read. */
public final class DockerFacts {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final String OK = "ok";
  private static final String FAILED = "FAILED";

  private DockerFacts() {}

  /**
   * One line.
   *
   * @param name what was looked at
   * @param value what was seen
   * @param verdict {@code ok}, {@code FAILED}, or empty where there is nothing to judge
   */
  public record Fact(String name, String value, String verdict) {}

  /** Asks a daemon; never throws on account of the daemon. */
  public static List<Fact> gather(String host, String image) throws InterruptedException {
    List<Fact> facts = new ArrayList<>();
    try (DockerDaemon daemon = new DockerDaemon(host)) {
      Deadline deadline = Deadline.after(TIMEOUT);
      Info info = daemon.call("tell what it is", deadline, client -> client.infoCmd().exec());
      facts.add(new Fact("daemon", "%s, Docker %s".formatted(host, info.getServerVersion()), OK));
      facts.add(
          new Fact(
              "machine",
              "kernel %s, %d cores, storage %s".formatted(info.getKernelVersion(), info.getNCPU(), info.getDriver()),
              ""));
      facts.add(
          new Fact("runtimes", String.join(", ", new TreeMap<>(Optional.ofNullable(info.getRuntimes()).orElse(java.util.Map.of())).keySet()), ""));
      facts.add(runtime("runsc", daemon, RuntimePreference.RUNSC, deadline));
      facts.add(runtime("runc", daemon, RuntimePreference.RUNC, deadline));
      facts.add(image(daemon, image, deadline));
    } catch (SandboxUnavailableException e) {
      facts.add(new Fact("daemon", e.getMessage(), FAILED));
    } catch (DockerException e) {
      facts.add(new Fact("daemon", "refused: " + e.getMessage(), FAILED));
    }
    return facts;
  }

  private static Fact runtime(String name, DockerDaemon daemon, RuntimePreference preference, Deadline deadline)
      throws InterruptedException {
    try {
      RuntimeChoice choice = RuntimeChoice.make(daemon, preference, false, deadline);
      String minimum = preference == RuntimePreference.RUNSC ? " (at least release-%d)".formatted(RuntimeChoice.MINIMUM_RUNSC) : "";
      return new Fact(name, choice.version() + minimum, OK);
    } catch (SandboxUnavailableException e) {
      return new Fact(name, e.getMessage(), FAILED);
    }
  }

  private static Fact image(DockerDaemon daemon, String name, Deadline deadline) throws InterruptedException {
    try {
      return new Fact("image", SandboxImage.resolve(daemon, name, deadline), OK);
    } catch (SandboxUnavailableException e) {
      return new Fact("image", e.getMessage(), FAILED);
    }
  }
}
