package dev.rlm.security;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Docker daemon to break: with its own data, runtime binary, containerd and control groups, in its own process and mount
 * namespaces. When the first process in there ends, the kernel ends all others and takes the mounts away; it ends with the
 * process of these tests, however that ends. Nobody else's daemon is touched.
 */
final class PrivateDaemon implements AutoCloseable {

  /** What classes that start one share: no machine of two cores is to carry two of them. */
  static final String ONE_AT_A_TIME = "private daemon";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  /** Starts a daemon whenever it reads a line, and lies over a system's own containerd, which the daemon would use. */
  private static final String FIRST_PROCESS =
      """
      set -e
      mount -t tmpfs -o size=256m tmpfs "$1/data"
      if [ -d /run/containerd ]; then mount -t tmpfs tmpfs /run/containerd; fi
      while read -r _; do
        dockerd --config-file "$1/daemon.json" --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/docker.pid" \
          --host "unix://$1/docker.sock" --bridge=none --iptables=false --ip6tables=false \
          --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$2" </dev/null >>"$1/log" 2>&1 &
      done
      """;

  private final Path folder;
  private final String cgroup = "rlm-fault-" + UUID.randomUUID().toString().substring(24);
  private final Path runtime;
  private final Process namespace;
  private final ProcessHandle first;
  private final Path namespaceId;
  private final DockerClient client;

  /** For tests that are broken off. */
  private final Thread atExit = Thread.ofPlatform().unstarted(this::remove);

  private PrivateDaemon(Path folder) throws IOException {
    this.folder = folder;
    this.runtime = Files.copy(sharedRuntime(), folder.resolve("runsc"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.createDirectory(folder.resolve("data"));
    Files.writeString(
        folder.resolve("daemon.json"),
        """
        {"runtimes": {"runsc": {"path": "%s", "runtimeArgs": ["--network=none"]}}}
        """
            .formatted(runtime));
    this.namespace =
        new ProcessBuilder(
                "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
                "bash", "-c", FIRST_PROCESS, "first-process", folder.toString(), cgroup)
            .redirectError(folder.resolve("log").toFile())
            .start();
    this.client = connect(host());
    launch();
    this.first = namespace.children().findFirst().orElseThrow(() -> new AssertionError(log()));
    this.namespaceId = namespaceOf(first);
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Starts a daemon and gives it the sandbox image. */
  static PrivateDaemon start() {
    try {
      PrivateDaemon daemon = new PrivateDaemon(Files.createTempDirectory("rlm-fault-"));
      daemon.loadImage();
      return daemon;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path sharedRuntime() {
    return Optional.ofNullable(Containers.daemon().infoCmd().exec().getRuntimes())
        .map(runtimes -> runtimes.get("runsc"))
        .map(runsc -> Path.of(runsc.getPath()))
        .filter(Files::exists)
        .orElseThrow(() -> new AssertionError("the daemon has no runsc on this machine: run ./rlm setup"));
  }

  private static DockerClient connect(String host) {
    DefaultDockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder().withDockerHost(host).build();
    return DockerClientImpl.getInstance(
        config, new ApacheDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build());
  }

  /** Returns its address, as in {@code DOCKER_HOST}. */
  String host() {
    return "unix://" + folder.resolve("docker.sock");
  }

  /** Adds to an engine's variables what makes it use this daemon. */
  Map<String, String> forEngine(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(variables);
    all.put("DOCKER_HOST", host());
    return all;
  }

  DockerClient client() {
    return client;
  }

  /** Returns what the daemon has said. */
  String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Gives it the sandbox image, by its name. */
  void loadImage() {
    try (InputStream image = Containers.daemon().saveImageCmd(imageName()).exec()) {
      client.loadImageCmd(image).exec();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the name that set-up gives the sandbox image. */
  static String imageName() {
    try {
      Process hash = new ProcessBuilder(System.getProperty("rlm.home") + "/sandbox-image/content-hash").start();
      return "rlm-sandbox:" + new String(hash.getInputStream().readAllBytes(), StandardCharsets.UTF_8).substring(0, 12);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns all its containers, in whatever state. */
  List<Container> containers() {
    return client.listContainersCmd().withShowAll(true).exec();
  }

  /** Starts the daemon, and waits until it answers. */
  void launch() {
    try {
      namespace.getOutputStream().write('\n');
      namespace.getOutputStream().flush();
    } catch (IOException e) {
      throw new AssertionError("a daemon of these tests' own cannot be started; that needs root: " + log(), e);
    }
    if (!Containers.within(PATIENCE, this::answers)) {
      throw new AssertionError("the daemon does not come up: " + log());
    }
  }

  private boolean answers() {
    if (!namespace.isAlive()) {
      throw new AssertionError("a daemon of these tests' own cannot be started; that needs root: " + log());
    }
    try {
      client.pingCmd().exec();
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** Returns the processes in its namespace that have a name, such as {@code dockerd}. */
  List<ProcessHandle> processes(String name) {
    return processes().filter(process -> name.equals(read(process, "comm"))).toList();
  }

  /** Returns a process's command line, in which gVisor names the container it serves. */
  static String commandLine(ProcessHandle process) {
    return read(process, "cmdline");
  }

  /** Returns how many processes there are in its namespace: its own, and those of containers. */
  long processCount() {
    return processes().count();
  }

  /** Returns how many processes in its namespace have ended without anybody taking note. */
  long zombies() {
    return processes().filter(process -> read(process, "stat").matches("\\d+ \\(.*\\) Z .*")).count();
  }

  private Stream<ProcessHandle> processes() {
    return ProcessHandle.allProcesses().filter(process -> namespaceOf(process).equals(namespaceId));
  }

  private static Path namespaceOf(ProcessHandle process) {
    try {
      return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "ns", "pid"));
    } catch (IOException e) {
      return Path.of(""); // It has ended.
    }
  }

  private static String read(ProcessHandle process, String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), file)).strip();
    } catch (IOException e) {
      return ""; // It has ended.
    }
  }

  /** Sends a signal to the daemon, such as {@code STOP}. */
  void signal(String signal) {
    processes("dockerd").forEach(process -> signal(process.pid(), signal));
  }

  /** Sends a signal to a process. */
  static void signal(long pid, String signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Ends the daemon with a signal, and waits for its end. */
  void end(String signal) {
    signal(signal);
    if (!Containers.within(PATIENCE, () -> processes("dockerd").isEmpty())) {
      throw new AssertionError("the daemon does not end: " + log());
    }
  }

  /** Returns the binary of its runtime: a copy of the machine's. */
  Path runtime() {
    return runtime;
  }

  /**
   * Returns what the runtime itself says of the containers that it knows: whether each is created, running or stopped, by its id. It is
   * asked in its namespace: outside, the number of a process that has ended may be that of one which lives.
   */
  Map<String, String> runtimeStates() {
    Path root = folder.resolve(Path.of("exec", "runtime-runc", "moby"));
    try {
      Process list =
          new ProcessBuilder(
                  "nsenter", "--target=" + first.pid(), "--pid", "--mount", runtime.toString(), "--root=" + root, "list", "-format=json")
              .start();
      Map<String, String> states = new HashMap<>();
      EngineProcess.parse(new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .forEach(container -> states.put(container.get("id").textValue(), container.get("status").textValue()));
      return states;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fills its data root to the last byte, again where some were freed. */
  void fillDataRoot() {
    try (var filler = Files.newOutputStream(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      byte[] piece = new byte[1 << 16];
      while (true) {
        filler.write(piece);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Makes room again. */
  void freeDataRoot() {
    try {
      Files.deleteIfExists(filler());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path filler() {
    return inside(folder.resolve("data").resolve("filler"));
  }

  /** Returns a path as seen in its namespace, where its data root is mounted. */
  private Path inside(Path path) {
    return Path.of("/proc", Long.toString(first.pid()), "root").resolve(path.toString().substring(1));
  }

  /** Returns how many bytes its data root holds. */
  long dataBytes() {
    try {
      var store = Files.getFileStore(inside(folder.resolve("data")));
      return store.getTotalSpace() - store.getUnallocatedSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns how many file systems are mounted in its namespace. */
  long mounts() {
    return read(first, "mounts").lines().count();
  }

  /** Returns how many files the daemon has open. */
  long openFiles() {
    return processes("dockerd").stream()
        .mapToLong(daemon -> count(Path.of("/proc", Long.toString(daemon.pid()), "fd")))
        .sum();
  }

  private static long count(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns its control groups, innermost first. */
  List<Path> cgroups() {
    File[] hierarchies = CGROUPS.toFile().listFiles(File::isDirectory);
    return Stream.concat(Stream.of(CGROUPS.toFile()), Stream.of(Objects.requireNonNull(hierarchies)))
        .map(hierarchy -> new File(hierarchy, cgroup))
        .filter(File::isDirectory)
        .flatMap(PrivateDaemon::withDescendants)
        .map(File::toPath)
        .toList();
  }

  private static Stream<File> withDescendants(File group) {
    File[] inner = group.listFiles(File::isDirectory); // Null when it has just gone.
    return Stream.concat(
        inner == null ? Stream.of() : Stream.of(inner).flatMap(PrivateDaemon::withDescendants), Stream.of(group));
  }

  /** Ends everything in its namespace, and makes sure that nothing is left of it. */
  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    remove();
  }

  private void remove() {
    try {
      client.close();
      namespace.destroyForcibly();
      namespace.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (!Containers.within(PATIENCE, () -> processes().findAny().isEmpty())) {
        throw new AssertionError("processes of the daemon are left: " + processes().map(ProcessHandle::info).toList());
      }
      if (!Containers.within(PATIENCE, this::removeCgroups)) {
        throw new AssertionError("control groups of the daemon are left: " + cgroups());
      }
      deleteFolder();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private boolean removeCgroups() {
    for (Path group : cgroups()) {
      group.toFile().delete(); // Not yet, where the kernel is still about it.
    }
    return cgroups().isEmpty();
  }

  private void deleteFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
