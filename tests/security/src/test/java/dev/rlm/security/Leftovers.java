package dev.rlm.security;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Processes, control groups and mounts on this machine that were made for a container which the daemon does not know any more.
 * A container that is just being made or removed may show up for a moment: what is left is what stays.
 */
final class Leftovers {

  private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final Path OWN_NAMESPACE = Path.of("/proc/self/ns/pid");

  /** As deep as the control groups of containers lie, at most. */
  private static final int DEPTH = 5;

  private Leftovers() {}

  static Set<String> now() {
    Set<String> known =
        Containers.daemon().listContainersCmd().withShowAll(true).exec().stream()
            .map(Container::getId)
            .flatMap(id -> Stream.concat(Stream.of(id), layer(id)))
            .collect(Collectors.toSet());
    Set<String> unknown = new TreeSet<>();
    Stream.of(processes(), cgroups(CGROUPS.toFile(), DEPTH), mounts())
        .flatMap(things -> things)
        .filter(thing -> idIn(thing).filter(id -> !known.contains(id)).findAny().isPresent())
        .forEach(unknown::add);
    return unknown;
  }

  private static Stream<String> idIn(String thing) {
    Matcher id = ID.matcher(thing);
    return id.find() ? Stream.of(id.group()) : Stream.of();
  }

  /** Returns the name of the file system layer that a container writes to. */
  private static Stream<String> layer(String container) {
    try {
      Object merged =
          Objects.requireNonNull(
                  Objects.requireNonNull(Containers.daemon().inspectContainerCmd(container).exec().getGraphDriver()).getData())
              .getRawValues()
              .get("MergedDir");
      return idIn(String.valueOf(merged));
    } catch (NotFoundException e) {
      return Stream.of();
    }
  }

  /** Processes that hold or serve a container, other than those of daemons in namespaces of their own. */
  private static Stream<String> processes() {
    return ProcessHandle.allProcesses()
        .filter(process -> namespace("/proc/%d/ns/pid".formatted(process.pid())).equals(namespace(OWN_NAMESPACE.toString())))
        .map(process -> "process %d: %s".formatted(process.pid(), read("/proc/%d/cmdline".formatted(process.pid()))))
        .filter(line -> line.contains("containerd-shim") || line.contains("runsc-"));
  }

  private static String namespace(String link) {
    try {
      return Files.readSymbolicLink(Path.of(link)).toString();
    } catch (IOException e) {
      return ""; // It has ended.
    }
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file)).replace('\0', ' ');
    } catch (IOException e) {
      return ""; // It has ended.
    }
  }

  private static Stream<String> cgroups(File group, int depth) {
    File[] inner = depth == 0 ? null : group.listFiles(File::isDirectory); // Null when it has just gone.
    return inner == null
        ? Stream.of()
        : Stream.of(inner)
            .flatMap(
                one ->
                    ID.matcher(one.getName()).find()
                        ? Stream.of("control group " + one)
                        : cgroups(one, depth - 1));
  }

  private static Stream<String> mounts() {
    try {
      return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
          .map(line -> line.split(" ", 3)[1])
          .filter(point -> ID.matcher(point).find())
          .map(point -> "mount " + point);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
