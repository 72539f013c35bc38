package dev.rlm.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Memory of an engine at rest and of a sandbox that waits, as the host sees it. */
final class MemoryRow implements Row {

  private static final int POOL = 4;
  private static final double KIB_PER_MB = 1e6 / 1024;

  private final Laboratory laboratory;

  MemoryRow(Laboratory laboratory) {
    this.laboratory = laboratory;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public List<Figure> measure(Scale scale) throws Exception {
    Daemon daemon = laboratory.daemon();
    try (EngineProcess engine = laboratory.engine(Map.of("RLM_POOL_SIZE", Integer.toString(POOL)))) {
      double fresh = kib(Path.of("/proc", Long.toString(engine.pid())), "status", "VmRSS:") / KIB_PER_MB;
      double sandboxes = 0;
      List<String> containers = daemon.containersOf(engine.id());
      for (String container : containers) {
        sandboxes += ofContainer(container);
      }
      Laboratory.warmUp(engine, scale);
      double used = kib(Path.of("/proc", Long.toString(engine.pid())), "status", "VmRSS:") / KIB_PER_MB;
      double bare = bare(daemon, engine.id());
      return List.of(
          Figure.of("resident memory of the engine after its start", "MB", fresh),
          Figure.of("the same after %d executions in a session".formatted(scale.of(50, 1_000)), "MB", used),
          Figure.of("a waiting sandbox: sentry, gofer and shim", "MB", sandboxes / containers.size())
              .beside("a bare container, same flags and runtime, Python at rest", bare));
    }
  }

  private static double bare(Daemon daemon, String engineId) throws IOException {
    String id = daemon.create(daemon.sandboxOf(engineId), "-I", "-B", "-c", "print(1, flush=True); input()");
    Input input = new Input();
    try (var attached = daemon.attach(id, input)) {
      daemon.client().startContainerCmd(id).exec();
      if (attached.getBody().read() < 0) {
        throw new IOException("the container said nothing");
      }
      return ofContainer(id);
    } finally {
      input.close();
      daemon.remove(id);
    }
  }

  /** Returns the proportional memory of all processes that serve a container and no other: its id is in their command lines. */
  private static double ofContainer(String id) throws IOException {
    double kib = 0;
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process : processes.filter(path -> path.getFileName().toString().matches("\\d+")).toList()) {
        try {
          if (new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.ISO_8859_1).contains(id)) {
            kib += kib(process, "smaps_rollup", "Pss:");
          }
        } catch (IOException e) {
          // It has ended meanwhile.
        }
      }
    }
    return kib / KIB_PER_MB;
  }

  private static double kib(Path process, String file, String field) throws IOException {
    return Files.readAllLines(process.resolve(file)).stream()
        .filter(line -> line.startsWith(field))
        .mapToDouble(line -> Double.parseDouble(line.substring(field.length()).replace("kB", "").strip()))
        .findFirst()
        .orElse(0);
  }
}
