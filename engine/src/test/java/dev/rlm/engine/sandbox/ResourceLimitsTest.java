package dev.rlm.engine.sandbox;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ResourceLimitsTest {

  @ParameterizedTest
  @CsvSource({"32m, 10, 0.01, 1", "512m, 50, 1.0, 64m", "1024g, 1000, 64, 1024g"})
  void acceptsFiguresWithinTheBounds(String memory, int processes, double cpus, String temporaryFiles) {
    assertDoesNotThrow(() -> limits(memory, processes, cpus, temporaryFiles));
  }

  @ParameterizedTest
  @CsvSource({
    "33554431, 50, 1, 1m, memory",
    "512m, 9, 1, 1m, processes",
    "512m, 1001, 1, 1m, processes",
    "512m, 50, 0, 1m, cpus",
    "512m, 50, -1, 1m, cpus",
    "512m, 50, 64.1, 1m, cpus",
    "512m, 50, NaN, 1m, cpus",
    "512m, 50, Infinity, 1m, cpus",
    "512m, 50, 1, 0, temporary files",
    "512m, 50, 1, 513m, temporary files"
  })
  void namesTheFigureThatIsOutsideItsBounds(
      String memory, int processes, double cpus, String temporaryFiles, String name) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> limits(memory, processes, cpus, temporaryFiles));
    assertTrue(String.valueOf(e.getMessage()).startsWith(name + " limit "), e::toString);
  }

  /** Docker takes a quota of 0 for no limit at all, and refuses one under a millisecond. */
  @ParameterizedTest
  @CsvSource({"0.0000001", "0.000004", "0.009"})
  void refusesAShareOfTheProcessorThatIsTooSmallForAQuota(double cpus) {
    assertThrows(IllegalArgumentException.class, () -> limits("512m", 50, cpus, "64m"));
  }

  private static ResourceLimits limits(String memory, int processes, double cpus, String temporaryFiles) {
    return new ResourceLimits(ByteSize.parse(memory), processes, cpus, ByteSize.parse(temporaryFiles));
  }
}
