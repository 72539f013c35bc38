package dev.rlm.engine.sandbox.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RuntimeChoiceTest {

  @ParameterizedTest
  @CsvSource({
    "release-20240729.0, 20240729",
    "release-20240729, 20240729",
    "20240729.0, 20240729",
    "release-20231009.0-14-gabcdef012345, 20231009",
    "0.0~20240729.0-4, 20240729",
    "0.0~20221219.0-1+b7, 20221219"
  })
  void readsTheDateOfARelease(String version, int date) {
    assertEquals(Optional.of(date), RuntimeChoice.release(version));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "unknown", "VERSION_MISSING", "1.2.3", "release-2024", "release-", "v20240729", "release 20240729"
      })
  void doesNotGuessWhatIsNoRelease(String version) {
    assertEquals(Optional.empty(), RuntimeChoice.release(version));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0~20221219.0-1", "release-20240728.0"})
  void knowsWhichReleasesAreTooOld(String version) {
    assertTrue(RuntimeChoice.release(version).orElseThrow() < RuntimeChoice.MINIMUM_RUNSC);
  }
}
