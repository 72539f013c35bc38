package dev.rlm.engine.sandbox.docker;

import dev.rlm.engine.sandbox.protocol.SandboxProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Reads what a container has used from its control groups, version 1 or 2, where the daemon runs on this machine. Costs two
 * small file reads; the daemon's own statistics cost a second.
 */
final class CgroupMeter {

  /** Reads nothing: the daemon is elsewhere, or its control groups cannot be seen. */
  static final CgroupMeter NONE = new CgroupMeter(Optional.empty(), Optional.empty());

  private static final String PEAK_OF_VERSION_ONE = "memory.max_usage_in_bytes";
  private static final Path PROC = Path.of("/proc");
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  private final Optional<Path> cpu;
  private final Optional<Path> memory;

  private CgroupMeter(Optional<Path> cpu, Optional<Path> memory) {
    this.cpu = cpu;
    this.memory = memory;
  }

  /** Finds the control groups of a process of this machine's, which must belong to the container with the given id. */
  static CgroupMeter ofProcess(long pid, String containerId) {
    return of(PROC.resolve(Long.toString(pid)).resolve("cgroup"), CGROUPS, containerId);
  }

  /** As {@link #ofProcess}, with the places named: {@code membership} is a file such as {@code /proc/1/cgroup}. */
  static CgroupMeter of(Path membership, Path root, String containerId) {
    List<String> lines;
    try {
      lines = Files.readAllLines(membership);
    } catch (IOException e) {
      return NONE;
    }
    List<Path> cpu = new ArrayList<>();
    List<Path> memory = new ArrayList<>();
    for (String line : lines) {
      String[] parts = line.split(":", 3);
      // A process id of another machine may exist on this one: only the container's own group counts.
      if (parts.length < 3 || !parts[2].contains(containerId)) {
        continue;
      }
      String group = parts[2].substring(1);
      if (parts[1].isEmpty()) {
        cpu.add(root.resolve(group).resolve("cpu.stat"));
        memory.add(root.resolve(group).resolve("memory.peak"));
      } else if (List.of(parts[1].split(",")).contains("cpuacct")) {
        cpu.add(root.resolve("cpuacct").resolve(group).resolve("cpuacct.usage"));
      } else if (parts[1].equals("memory")) {
        memory.add(root.resolve("memory").resolve(group).resolve(PEAK_OF_VERSION_ONE));
      }
    }
    return new CgroupMeter(
        cpu.stream().filter(Files::isReadable).findFirst(), memory.stream().filter(Files::isReadable).findFirst());
  }

  /** Begins to count the kernel's notices that the memory ran out; where it gives none, nothing is heard. */
  OomNotices notices() {
    return memory
        .filter(file -> file.endsWith(PEAK_OF_VERSION_ONE))
        .map(file -> OomNotices.of(file.resolveSibling("")))
        .orElse(OomNotices.NONE);
  }

  SandboxProcess.Consumption read() {
    Optional<Duration> cpuTime =
        cpu.flatMap(file -> file.endsWith("cpu.stat") ? usageMicros(file) : number(file).map(Duration::ofNanos));
    OptionalLong peak = memory.flatMap(CgroupMeter::number).map(OptionalLong::of).orElse(OptionalLong.empty());
    return new SandboxProcess.Consumption(cpuTime, peak);
  }

  private static Optional<Duration> usageMicros(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith("usage_usec "))
          .findFirst()
          .map(line -> Duration.ofNanos(1_000 * Long.parseLong(line.substring("usage_usec ".length()))));
    } catch (IOException | UncheckedIOException | NumberFormatException e) {
      return Optional.empty(); // The container has ended, or the kernel says something else.
    }
  }

  private static Optional<Long> number(Path file) {
    try {
      return Optional.of(Long.parseLong(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty(); // The container has ended, or the kernel says something else.
    }
  }
}
