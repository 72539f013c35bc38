package dev.rlm.engine.sandbox.docker;

import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.RuntimeInfo;
import com.github.dockerjava.api.model.Version;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.RuntimePreference;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The OCI runtime that every sandbox of an engine uses, chosen once at start and never again: whoever could make gVisor fail
 * per request could otherwise choose plain containers.
 *
 * @param name the daemon's name of the runtime
 * @param version its own version, {@code unknown} where it cannot be asked
 */
record RuntimeChoice(String name, String version) {

  /** The oldest gVisor that is supported, by release date: older ones lack systrap and later fixes. */
  static final int MINIMUM_RUNSC = 20240729;

  private static final Logger log = LoggerFactory.getLogger(RuntimeChoice.class);
  private static final Pattern RELEASE = Pattern.compile("(?:release-)?(\\d{8})(?:\\.\\d+)?\\S*");
  private static final String UNKNOWN = "unknown";
  private static final int VERSION_OUTPUT = 4 << 10;
  private static final int VERSION_SECONDS = 5;

  /**
   * Chooses.
   *
   * @throws SandboxUnavailableException when what the operator demands is not there
   */
  static RuntimeChoice make(DockerDaemon daemon, RuntimePreference preference, boolean network, Deadline deadline)
      throws InterruptedException {
    Info info = daemon.call("tell what it is", deadline, client -> client.infoCmd().exec());
    return switch (preference) {
      case RUNC -> runc(daemon, info, deadline);
      case RUNSC -> runsc(daemon, info, network);
      case AUTO -> {
        try {
          yield runsc(daemon, info, network);
        } catch (SandboxUnavailableException e) {
          log.warn("{}", e.getMessage());
          log.warn("WITHOUT gVisor: sandboxes share this machine's kernel. Set RLM_DOCKER_RUNTIME=runsc to refuse that");
          yield runc(daemon, info, deadline);
        }
      }
    };
  }

  private static RuntimeChoice runsc(DockerDaemon daemon, Info info, boolean network)
      throws InterruptedException {
    RuntimeInfo runtime = runtimes(info).get("runsc");
    if (runtime == null) {
      throw missing("the daemon at %s has no runtime \"runsc\" (gVisor): run ./rlm setup".formatted(daemon));
    }
    if (network && arguments(info, "runsc").stream().anyMatch(argument -> argument.matches("--?network=none"))) {
      throw missing(
          "RLM_NETWORK_ENABLED=true, and the runtime \"runsc\" is registered with --network=none: take that argument out of"
              + " the daemon's configuration, or leave the network off");
    }
    String version = runtime.getPath() == null ? UNKNOWN : version(runtime.getPath());
    Optional<Integer> release = release(version);
    if (release.isPresent() && release.get() < MINIMUM_RUNSC) {
      throw missing(
          "the runtime \"runsc\" is %s, and at least release-%d is needed: run ./rlm setup".formatted(version, MINIMUM_RUNSC));
    }
    if (release.isEmpty()) {
      log.warn("the version of runsc cannot be told; at least release-{} is needed", MINIMUM_RUNSC);
    }
    return new RuntimeChoice("runsc", version);
  }

  private static RuntimeChoice runc(DockerDaemon daemon, Info info, Deadline deadline)
      throws InterruptedException {
    if (!runtimes(info).containsKey("runc")) {
      throw missing("the daemon at %s has no runtime \"runc\"".formatted(daemon));
    }
    Version version = daemon.call("tell its version", deadline, client -> client.versionCmd().exec());
    return new RuntimeChoice(
        "runc",
        Optional.ofNullable(version.getComponents()).orElse(List.of()).stream()
            .filter(component -> "runc".equals(component.getName()))
            .findFirst()
            .map(component -> component.getVersion())
            .orElse(UNKNOWN));
  }

  private static Map<String, RuntimeInfo> runtimes(Info info) {
    return info.getRuntimes() == null ? Map.of() : info.getRuntimes();
  }

  /** Returns a runtime's arguments, for which docker-java has no accessor. */
  private static List<String> arguments(Info info, String runtime) {
    return info.getRawValues().get("Runtimes") instanceof Map<?, ?> runtimes
            && runtimes.get(runtime) instanceof Map<?, ?> registered
            && registered.get("runtimeArgs") instanceof List<?> arguments
        ? arguments.stream().map(String::valueOf).toList()
        : List.of();
  }

  /** Returns the date of a gVisor release: 20240729 of {@code release-20240729.0} or {@code 0.0~20240729.0-4}. */
  static Optional<Integer> release(String version) {
    Matcher matcher = RELEASE.matcher(version.replaceFirst("^0\\.0~", ""));
    return matcher.matches() ? Optional.of(Integer.parseInt(matcher.group(1))) : Optional.empty();
  }

  /** Asks a runtime of this machine for its version; one that belongs to another machine cannot be asked. */
  private static String version(String path) throws InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(path, "--version").redirectErrorStream(true).start();
    } catch (IOException e) {
      return UNKNOWN;
    }
    try (InputStream out = process.getInputStream()) {
      if (!process.waitFor(VERSION_SECONDS, TimeUnit.SECONDS)) {
        return UNKNOWN;
      }
      String said = new String(out.readNBytes(VERSION_OUTPUT), StandardCharsets.UTF_8);
      return said.lines()
          .filter(line -> line.startsWith("runsc version "))
          .findFirst()
          .map(line -> line.substring("runsc version ".length()).strip())
          .orElse(UNKNOWN);
    } catch (IOException e) {
      return UNKNOWN;
    } finally {
      process.destroyForcibly();
    }
  }

  private static SandboxUnavailableException missing(String message) {
    return new SandboxUnavailableException(SandboxUnavailableException.Reason.RUNTIME, message);
  }
}
