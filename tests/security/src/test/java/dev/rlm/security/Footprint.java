package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongBiFunction;

/**
 * What an engine and a daemon of its own hold while nothing runs.
 *
 * @param figures by name
 */
record Footprint(Map<String, Long> figures) {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A thing that is counted, and how many more of it a virtual machine or a daemon may take on over time without leaking. */
  private record Kind(ToLongBiFunction<EngineProcess, PrivateDaemon> count, long slack) {}

  private static final Map<String, Kind> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put("containers", new Kind((_, daemon) -> daemon.containers().size(), 0));
    KINDS.put("processes", new Kind((_, daemon) -> daemon.processCount(), 0));
    KINDS.put("zombies", new Kind((_, daemon) -> daemon.zombies(), 0));
    KINDS.put("control groups", new Kind((_, daemon) -> daemon.cgroups().size(), 0));
    KINDS.put("mounts", new Kind((_, daemon) -> daemon.mounts(), 0));
    KINDS.put("the daemon's descriptors", new Kind((_, daemon) -> daemon.openFiles(), 24));
    KINDS.put("the daemon's bytes", new Kind((_, daemon) -> daemon.dataBytes(), 8 << 20));
    KINDS.put("the engine's descriptors", new Kind((engine, _) -> engine.openFiles(), 24));
    KINDS.put("the engine's threads", new Kind((engine, _) -> engine.threads(), 24));
    KINDS.put("the engine's heap after a collection", new Kind((engine, _) -> engine.heapInUse(), 16 << 20));
  }

  /** Counts. */
  static Footprint of(EngineProcess engine, PrivateDaemon daemon) {
    Map<String, Long> figures = new LinkedHashMap<>();
    KINDS.forEach((name, kind) -> figures.put(name, kind.count().applyAsLong(engine, daemon)));
    return new Footprint(figures);
  }

  /** Waits for what is removed in the background, and fails when there is more than this of anything. */
  Footprint assertNotOutgrown(EngineProcess engine, PrivateDaemon daemon) {
    KINDS.forEach(
        (name, kind) -> {
          long most = figures.getOrDefault(name, 0L) + kind.slack();
          assertTrue(
              Containers.within(PATIENCE, () -> kind.count().applyAsLong(engine, daemon) <= most),
              () -> "%s grew: %s, then %s".formatted(name, this, of(engine, daemon)));
        });
    return of(engine, daemon);
  }
}
