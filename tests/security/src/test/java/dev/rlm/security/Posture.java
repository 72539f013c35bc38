package dev.rlm.security;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What every container must be, seen from outside: those runtime checks of the CIS Docker Benchmark (chapter 5) that apply to
 * containers which are made by a program and start no services, and what this project promises besides.
 */
final class Posture {

  private static final long LARGEST_MEMORY = 512L << 20;

  private record Rule(String name, Predicate<InspectContainerResponse> holds) {}

  private static final List<Rule> RULES =
      List.of(
          rule("5.3 no capabilities", c -> caps(c.getHostConfig().getCapDrop()).contains("ALL") && caps(c.getHostConfig().getCapAdd()).isEmpty()),
          rule("5.4 not privileged", c -> !Boolean.TRUE.equals(c.getHostConfig().getPrivileged())),
          rule("5.5 nothing of the host but its own folder", c -> binds(c).isEmpty() && mounts(c).allMatch(m -> m.equals("/context read-only"))),
          rule("5.7 no ports", c -> c.getHostConfig().getPortBindings() == null || c.getHostConfig().getPortBindings().getBindings().isEmpty()),
          rule("5.9 no network", c -> "none".equals(c.getHostConfig().getNetworkMode())),
          rule("5.10 memory", c -> Objects.equals(c.getHostConfig().getMemory(), LARGEST_MEMORY) && Objects.equals(c.getHostConfig().getMemorySwap(), LARGEST_MEMORY)),
          rule("5.11 gives way to the host", c -> Objects.equals(c.getHostConfig().getCpuShares(), 2)),
          rule("5.11 processor", c -> Objects.equals(c.getHostConfig().getCpuQuota(), c.getHostConfig().getCpuPeriod())),
          rule("5.12 read-only root", c -> Boolean.TRUE.equals(c.getHostConfig().getReadonlyRootfs())),
          rule("5.14 no restarts", c -> "no".equals(c.getHostConfig().getRestartPolicy().getName()) || "".equals(c.getHostConfig().getRestartPolicy().getName())),
          rule("5.15 own processes", c -> !"host".equals(c.getHostConfig().getPidMode())),
          rule("5.16 no shared memory", c -> "none".equals(c.getHostConfig().getIpcMode())),
          rule("5.17 no devices", c -> c.getHostConfig().getDevices() == null || c.getHostConfig().getDevices().length == 0),
          rule("5.18 ulimits", c -> ulimits(c).containsAll(List.of("core 0", "cpu 3600", "fsize 67108864", "nofile 256"))),
          rule("5.21 seccomp", c -> securityOptions(c).anyMatch(option -> option.startsWith("seccomp={"))),
          rule("5.24 control group of its own", c -> c.getHostConfig().getCgroupParent() == null || c.getHostConfig().getCgroupParent().isEmpty()),
          rule("5.25 no new privileges", c -> securityOptions(c).anyMatch("no-new-privileges:true"::equals)),
          rule("5.28 processes", c -> c.getHostConfig().getPidsLimit() != null && c.getHostConfig().getPidsLimit() > 0 && c.getHostConfig().getPidsLimit() <= 256),
          rule("5.30 user namespace not the host's", c -> !"host".equals(c.getHostConfig().getUsernsMode())),
          rule("own control group namespace", c -> "private".equals(c.getHostConfig().getCgroupnsMode())),
          rule("a user of its own", c -> c.getConfig().getUser() != null && c.getConfig().getUser().matches("[2-5]\\d{4}:[2-5]\\d{4}")),
          rule("/tmp bounded, nothing in it can be executed", c -> String.valueOf(c.getHostConfig().getTmpFs()).matches("\\{/tmp=.*noexec,nosuid,nodev.*size=67108864,nr_inodes=4096}")),
          rule("no log on disk", c -> c.getHostConfig().getLogConfig().getType() == LogConfig.LoggingType.NONE),
          rule("no terminal", c -> !Boolean.TRUE.equals(c.getConfig().getTty())),
          rule("nothing of the engine's in its environment", c -> Arrays.stream(c.getConfig().getEnv()).allMatch(v -> v.matches("PATH=/usr/bin|HOME=/tmp|LANG=C\\.UTF-8"))),
          rule("nothing of a caller's in its labels", c -> labels(c).stream().allMatch(l -> l.startsWith("dev.rlm."))));

  private Posture() {}

  /** Returns the names of the rules that a container breaks. */
  static List<String> violations(InspectContainerResponse container) {
    return RULES.stream().filter(rule -> !rule.holds().test(container)).map(Rule::name).toList();
  }

  private static Rule rule(String name, Predicate<InspectContainerResponse> holds) {
    return new Rule(name, holds);
  }

  private static List<String> caps(Capability[] capabilities) {
    return capabilities == null ? List.of() : Arrays.stream(capabilities).map(Capability::name).toList();
  }

  private static List<String> binds(InspectContainerResponse container) {
    HostConfig config = container.getHostConfig();
    return config.getBinds() == null ? List.of() : Arrays.stream(config.getBinds()).map(String::valueOf).toList();
  }

  private static Stream<String> mounts(InspectContainerResponse container) {
    return container.getMounts() == null
        ? Stream.of()
        : container.getMounts().stream()
            .map(m -> (m.getDestination() == null ? "nowhere" : m.getDestination().getPath()) + (Boolean.FALSE.equals(m.getRW()) ? " read-only" : " writable"));
  }

  private static List<String> labels(InspectContainerResponse container) {
    Map<String, String> labels = container.getConfig().getLabels();
    return labels == null ? List.of() : List.copyOf(labels.keySet());
  }

  private static List<String> ulimits(InspectContainerResponse container) {
    return Arrays.stream(container.getHostConfig().getUlimits())
        .filter(limit -> limit.getSoftLong().equals(limit.getHardLong()))
        .map(limit -> limit.getName() + " " + limit.getHardLong())
        .toList();
  }

  private static Stream<String> securityOptions(InspectContainerResponse container) {
    List<String> options = container.getHostConfig().getSecurityOpts();
    return options == null ? Stream.of() : options.stream();
  }
}
