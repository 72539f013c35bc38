package dev.rlm.engine.sandbox.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ContainerLabelsTest {

  private static final ContainerLabels LABELS =
      new ContainerLabels("engine", "domain", Instant.ofEpochSecond(1_790_000_000));

  @Test
  void areReadAsTheyWereWritten() {
    assertEquals(
        Map.of("dev.rlm.engine", "engine", "dev.rlm.domain", "domain", "dev.rlm.deadline", "1790000000"),
        LABELS.toMap());
    assertEquals(Optional.of(LABELS), ContainerLabels.parse(LABELS.toMap()));
  }

  @Test
  void mayStandAmongOthers() {
    Map<String, String> labels = new HashMap<>(LABELS.toMap());
    labels.put("org.opencontainers.image.version", "1");
    assertEquals(Optional.of(LABELS), ContainerLabels.parse(labels));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev.rlm.engine", "dev.rlm.domain", "dev.rlm.deadline"})
  void areNotOursWhenOneIsMissing(String label) {
    Map<String, String> labels = new HashMap<>(LABELS.toMap());
    labels.remove(label);
    assertEquals(Optional.empty(), ContainerLabels.parse(labels));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "-1", "1.5", "9999999999999", "99999999999999999999", "1790000000 ", "١"})
  void areNotOursWithADeadlineThatIsNone(String deadline) {
    Map<String, String> labels = new HashMap<>(LABELS.toMap());
    labels.put("dev.rlm.deadline", deadline);
    assertEquals(Optional.empty(), ContainerLabels.parse(labels));
  }
}
