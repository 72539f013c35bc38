package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;

/** The corpus of attacks, each of them in four cells: under gVisor and runc, with the guard and without. */
@Tag("security")
final class ProbeTest {

  private static final Matrix MATRIX = new Matrix();
  private static final Set<String> MADE = new ConcurrentSkipListSet<>();
  private static final Map<Cell, Target> TARGETS = new EnumMap<>(Cell.class);

  @BeforeAll
  static void startEngines() {
    for (Cell cell : Cell.values()) {
      TARGETS.put(cell, Target.start(cell));
    }
  }

  /** After all attacks the engines are as they were before, and the matrix is the one that the documents show. */
  @AfterAll
  static void nothingIsLeft() {
    TARGETS.values().forEach(Target::close);
    assertEquals(Optional.empty(), MATRIX.differences(Corpus.ROWS.stream().filter(MADE::contains).toList()));
  }

  @TestFactory
  @Execution(CONCURRENT)
  @Tag("network")
  Stream<DynamicNode> network() {
    return attacks("network");
  }

  @TestFactory
  @Execution(CONCURRENT)
  @Tag("files")
  @Tag("file")
  Stream<DynamicNode> files() {
    return attacks("files");
  }

  @TestFactory
  @Execution(CONCURRENT)
  @Tag("memory")
  Stream<DynamicNode> memory() {
    return attacks("memory");
  }

  @TestFactory
  @Execution(CONCURRENT)
  @Tag("processes")
  Stream<DynamicNode> processes() {
    return attacks("processes");
  }

  @TestFactory
  @Execution(CONCURRENT)
  @Tag("cpu")
  Stream<DynamicNode> cpu() {
    return attacks("cpu");
  }

  @TestFactory
  @Execution(CONCURRENT)
  @Tag("escape")
  Stream<DynamicNode> escape() {
    return attacks("escape");
  }

  @TestFactory
  @Execution(CONCURRENT)
  @Tag("leakage")
  Stream<DynamicNode> leakage() {
    return attacks("leakage");
  }

  @TestFactory
  @Execution(CONCURRENT)
  @Tag("protocol")
  Stream<DynamicNode> protocol() {
    return attacks("protocol");
  }

  @TestFactory
  @Execution(CONCURRENT)
  @Tag("models")
  Stream<DynamicNode> models() {
    return attacks("models");
  }

  @TestFactory
  @Execution(CONCURRENT)
  @Tag("api")
  Stream<DynamicNode> api() {
    return attacks("api");
  }

  private static Stream<DynamicNode> attacks(String row) {
    MADE.add(row);
    return Corpus.row(row).stream().map(ProbeTest::cells);
  }

  private static DynamicContainer cells(Probe probe) {
    return dynamicContainer(
        probe.id() + " " + probe.tries(),
        TARGETS.values().stream()
            .map(target -> dynamicTest(probe.id() + " " + target.cell().label(), () -> attack(target, probe))));
  }

  private static void attack(Target target, Probe probe) {
    Cell cell = target.cell();
    String observed = target.attack(probe.sandboxes(), () -> new Attack(target, probe).make());
    MATRIX.note(cell, probe, observed);
    if (!(probe.means() instanceof Probe.Means.Test)) {
      assertTrue(
          probe.expected().holds(cell, observed),
          () -> "expected: %s%nbut was:  %s".formatted(probe.expected().text(cell), observed));
    }
  }
}
