package dev.rlm.egress;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.egress.LabelledSamples.Sample;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How well the filter does on samples that its rules were not written from. */
class HeldOutTest {

  private final EgressFilter filter = EgressFilter.builder().build();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 10, 11, 12})
  void almostAllSecretsAreRedactedAndAlmostNothingElse(int set) {
    long seed = Samples.seeded().nextLong();
    List<Sample> samples = new HeldOut(set, seed).samples();
    SampleScore.Score score = SampleScore.Score.of(filter, samples);
    assertTrue(score.recall() >= 0.95, () -> "seed " + seed + ": " + score);
    assertTrue(score.clean() >= 0.95, () -> "seed " + seed + ": " + score);
  }
}
