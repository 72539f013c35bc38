package dev.rlm.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class SamplesTest {

  @Test
  void findsTheMedianAndTheTailWhateverTheOrder() {
    Samples samples = new Samples();
    for (int i = 0; i < 100; i++) {
      samples.add((i * 37 % 100 + 1) * 1_000_000L); // 1 to 100 ms, each once
    }
    assertEquals(100, samples.count());
    assertEquals(50, samples.medianMillis());
    assertEquals(99, samples.p99Millis());
    assertEquals(100, samples.quantileMillis(1));
    assertEquals(1, samples.quantileMillis(0));
  }

  @Test
  void doesNotMakeUpAValue() {
    assertThrows(IllegalStateException.class, () -> new Samples().medianMillis());
  }

  @Test
  void countsWhatIsTimed() throws Exception {
    Samples samples = new Samples();
    assertEquals("done", samples.time(() -> "done"));
    assertEquals(1, samples.count());
  }
}
