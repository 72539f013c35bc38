package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.exception.NotFoundException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * An engine that is attacked in one cell. It has a secret in its environment, little memory, and a session of somebody else's that
 * no attack may disturb. May be attacked by many threads at a time.
 */
final class Target implements AutoCloseable {

  /** What no sandbox, no answer and no log may ever say. */
  static final String SECRET = "canary-5f3c9a77e1d24b60b8a4";

  private static final String HEAP = "-Xmx256m";
  /** Far more than it takes: with four tries of the engine's to remove a container that the runtime does not let go. */
  private static final Duration GONE = Duration.ofSeconds(90);
  private static final long HEAP_SLACK = 48 << 20;
  private static final int DESCRIPTOR_SLACK = 24;
  private static final int THREAD_SLACK = 24;
  private static final String NEIGHBOUR = "(marker, open('/tmp/marker').read(), sorted(__import__('os').listdir('/tmp')))";

  private final Cell cell;
  private final EngineProcess engine;
  private final String neighbour;
  private final Figures before;
  private final Set<Object> attacks = ConcurrentHashMap.newKeySet();
  private final Set<String> inspected = ConcurrentHashMap.newKeySet();

  /** What an engine holds on to. */
  private record Figures(long heap, int descriptors, int threads) {

    static Figures of(EngineProcess engine) {
      return new Figures(engine.heapInUse(), engine.openFiles(), engine.threads());
    }
  }

  private Target(Cell cell, EngineProcess engine) {
    this.cell = cell;
    this.engine = engine;
    this.neighbour = EngineProcess.parse(engine.post("/session", Map.of()).body()).path("session_id").textValue();
    askNeighbour("marker = 'mine'\nopen('/tmp/marker', 'w').write(marker)");
    engine.execute("1");
    this.before = Figures.of(engine);
  }

  static Target start(Cell cell) {
    return new Target(
        cell,
        EngineProcess.start(
            Map.of(
                "RLM_DOCKER_RUNTIME", cell.runtime(),
                "RLM_GUARD", cell.guard() ? "on" : "off",
                "RLM_POOL_SIZE", "0",
                "RLM_QUEUE_TIMEOUT", "300",
                "RLM_OUTPUT_LIMIT", "16m",
                "PROBE_SECRET", SECRET,
                "JAVA_TOOL_OPTIONS", HEAP)));
  }

  Cell cell() {
    return cell;
  }

  EngineProcess engine() {
    return engine;
  }

  /** Makes an attack of so many sandboxes at a time, and sees that it left no trace. */
  <T> T attack(int sandboxes, Supplier<T> attack) {
    List<Object> own = Stream.generate(Object::new).limit(sandboxes).toList();
    attacks.addAll(own);
    T found;
    try {
      found = attack.get();
    } finally {
      own.forEach(attacks::remove);
    }
    assertContainersGone();
    assertEquals("('mine', 'mine', ['marker'])", askNeighbour(NEIGHBOUR), "a neighbour was disturbed");
    assertEquals(200, engine.get("/health").statusCode());
    return found;
  }

  /** What was there when the attack ended, but for sandboxes of attacks that were under way then and still are. */
  private void assertContainersGone() {
    Set<String> present = Set.copyOf(Containers.ofEngine(engine.engineId()));
    Set<Object> others = Set.copyOf(attacks);
    present.stream().filter(inspected::add).forEach(Target::inspect);
    assertTrue(
        Containers.within(
            GONE,
            () -> left(present).size() <= 1 + others.stream().filter(attacks::contains).count()),
        () ->
            "a container is still there %s after its answer, one of %s; the engine's log:%n%s"
                .formatted(GONE, left(present).stream().map(Containers::state).toList(), engine.log()));
  }

  private Set<String> left(Set<String> present) {
    Set<String> left = new HashSet<>(Containers.ofEngine(engine.engineId()));
    left.retainAll(present);
    return left;
  }

  private static void inspect(String name) {
    try {
      assertEquals(List.of(), Posture.violations(Containers.daemon().inspectContainerCmd(name.substring(1)).exec()));
    } catch (NotFoundException e) {
      // Gone meanwhile.
    }
  }

  private String askNeighbour(String code) {
    JsonNode answer =
        EngineProcess.parse(engine.post("/session/%s/execute".formatted(neighbour), Map.of("code", code)).body());
    return answer.path("result").asText("none: " + answer);
  }

  /**
   * Ends the engine, which must hold no more than before all attacks, and have told nobody its secret.
   */
  @Override
  public void close() {
    String id = engine.engineId();
    try (EngineProcess ending = engine) {
      assertTrue(!inspected.isEmpty(), "no container was inspected");
      Figures after = Figures.of(ending);
      assertTrue(after.heap() <= before.heap() + HEAP_SLACK, "heap: %s, then %s".formatted(before, after));
      assertTrue(
          Containers.within(GONE, () -> ending.openFiles() <= before.descriptors() + DESCRIPTOR_SLACK),
          () -> "descriptors: %s, then %s".formatted(before, after));
      assertTrue(
          Containers.within(GONE, () -> ending.threads() <= before.threads() + THREAD_SLACK),
          () -> "threads: %s, then %s".formatted(before, after));
      assertEquals(-1, ending.log().indexOf(SECRET), "the engine logged its secret");
    }
    assertEquals(List.of(), Containers.ofEngine(id), "containers were left");
  }
}
