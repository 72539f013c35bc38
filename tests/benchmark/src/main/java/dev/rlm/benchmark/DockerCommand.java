package dev.rlm.benchmark;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Ulimit;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The {@code docker} command, as a user would run code with it: with all the flags that the engine's own containers have. */
final class DockerCommand implements AutoCloseable {

  private static final String SECCOMP = "seccomp=";

  private final InspectContainerResponse like;
  private final Path seccompProfile;

  DockerCommand(InspectContainerResponse like) throws IOException {
    this.like = like;
    this.seccompProfile = Files.createTempFile("rlm-benchmark", ".json");
  }

  /** Runs Python to its end in a container of its own, with further flags, and insists that it prints this. */
  void run(String code, String printed, String... flags) throws IOException, InterruptedException {
    run(code, printed, null, flags);
  }

  /** As {@link #run(String, String, String...)}, with a file as its standard input. */
  void run(String code, String printed, @Nullable Path input, String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("docker", "run", "--rm"));
    if (input != null) {
      command.add("--interactive");
    }
    command.addAll(flags());
    command.addAll(List.of(flags));
    command.addAll(List.of("--entrypoint", "/usr/bin/python3", like.getImageId(), "-I", "-B", "-c", code));
    check(command, printed, input);
  }

  /** Runs Python in a container that runs already. */
  static void exec(String containerId, String code, String printed) throws IOException, InterruptedException {
    check(List.of("docker", "exec", containerId, "/usr/bin/python3", "-I", "-B", "-c", code), printed, null);
  }

  private static void check(List<String> command, String printed, @Nullable Path input)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    if (input != null) {
      builder.redirectInput(input.toFile());
    }
    Process process = builder.start();
    if (input == null) {
      try (OutputStream in = process.getOutputStream()) {
        in.flush(); // There is nothing to read.
      }
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    if (status != 0 || !said.equals(printed)) {
      throw new IOException("docker ended with status %d and said: %s".formatted(status, said));
    }
  }

  private List<String> flags() throws IOException {
    HostConfig host = like.getHostConfig();
    List<String> flags = new ArrayList<>();
    add(flags, "--runtime", host.getRuntime());
    add(flags, "--network", host.getNetworkMode());
    add(flags, "--memory", host.getMemory());
    add(flags, "--memory-swap", host.getMemorySwap());
    add(flags, "--pids-limit", host.getPidsLimit());
    add(flags, "--cpu-shares", host.getCpuShares());
    add(flags, "--cpu-period", host.getCpuPeriod());
    add(flags, "--cpu-quota", host.getCpuQuota());
    add(flags, "--oom-score-adj", host.getOomScoreAdj());
    add(flags, "--ipc", host.getIpcMode());
    add(flags, "--cgroupns", "private");
    add(flags, "--user", like.getConfig().getUser());
    add(flags, "--workdir", like.getConfig().getWorkingDir());
    add(flags, "--hostname", like.getConfig().getHostName());
    add(flags, "--log-driver", "none");
    flags.add("--read-only");
    for (Capability capability : Objects.requireNonNullElse(host.getCapDrop(), new Capability[0])) {
      add(flags, "--cap-drop", capability.name());
    }
    for (String option : Objects.requireNonNullElse(host.getSecurityOpts(), List.<String>of())) {
      add(flags, "--security-opt", securityOption(option));
    }
    for (Map.Entry<String, String> mount : Objects.requireNonNullElse(host.getTmpFs(), Map.<String, String>of()).entrySet()) {
      add(flags, "--tmpfs", mount.getKey() + ":" + mount.getValue());
    }
    for (Ulimit limit : Objects.requireNonNullElse(host.getUlimits(), new Ulimit[0])) {
      add(flags, "--ulimit", "%s=%d:%d".formatted(limit.getName(), limit.getSoftLong(), limit.getHardLong()));
    }
    Arrays.stream(Objects.requireNonNullElse(like.getConfig().getEnv(), new String[0]))
        .forEach(variable -> add(flags, "--env", variable));
    return flags;
  }

  /** The daemon has the profile itself; the command wants a file. */
  private String securityOption(String option) throws IOException {
    if (!option.startsWith(SECCOMP)) {
      return option;
    }
    Files.writeString(seccompProfile, option.substring(SECCOMP.length()));
    return SECCOMP + seccompProfile;
  }

  private static void add(List<String> flags, String name, @Nullable Object value) {
    if (value != null) {
      flags.add(name);
      flags.add(value.toString());
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(seccompProfile);
  }
}
