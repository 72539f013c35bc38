package dev.rlm.security;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The first process of a container, as the machine's kernel knows it: Python under runc, the sentry under gVisor. */
final class HostProcess {

  private final Path proc;

  HostProcess(long pid) {
    this.proc = Path.of("/proc", Long.toString(pid));
  }

  /** Returns the fields of its status, such as {@code CapEff} and {@code Seccomp}. */
  Map<String, String> status() {
    try (Stream<String> lines = Files.lines(proc.resolve("status"))) {
      return lines
          .map(line -> line.split(":\\s*", 2))
          .filter(field -> field.length == 2)
          .collect(Collectors.toMap(field -> field[0], field -> field[1], (first, _) -> first));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the kinds of namespace that it has for itself. */
  List<String> ownNamespaces() {
    return Stream.of("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
        .filter(kind -> !target(proc.resolve("ns/" + kind)).equals(target(Path.of("/proc/self/ns/" + kind))))
        .toList();
  }

  /** Returns where its open descriptors lead, without numbers. */
  List<String> descriptors() {
    try (Stream<Path> links = Files.list(proc.resolve("fd"))) {
      return links.map(HostProcess::target).map(target -> target.replaceAll(":\\[?\\d*]?$", "")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "closed";
    }
  }
}
