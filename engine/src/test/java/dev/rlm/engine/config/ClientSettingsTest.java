package dev.rlm.engine.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ClientSettingsTest {

  @Test
  void hasAnEngineOfItsOwnByDefault() {
    assertEquals(new ClientSettings(Optional.empty(), Optional.empty()), ClientSettings.from(Map.of("RLM_URL", "")));
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:8000, http://127.0.0.1:8000",
    "http://127.0.0.1:8000/, http://127.0.0.1:8000",
    "https://engine.example/rlm//, https://engine.example/rlm"
  })
  void readsAnAddress(String text, String url) {
    assertEquals(Optional.of(URI.create(url)), ClientSettings.from(Map.of("RLM_URL", text)).url());
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "127.0.0.1:8000", "ftp://a/", "http://", "http://a/?q", "http://a b"})
  void refusesWhatIsNone(String text) {
    String message =
        assertThrows(ConfigurationException.class, () -> ClientSettings.from(Map.of("RLM_URL", text))).getMessage();
    assertTrue(message.startsWith("RLM_URL=" + text + " is not"), message);
  }

  @Test
  void showsTheFirstKeyToTheEngineAndToNobodyElse() {
    ClientSettings settings = ClientSettings.from(Map.of("RLM_API_KEY", "one-secret, another"));
    assertEquals(Optional.of("one-secret"), settings.apiKey());
    assertFalse(settings.toString().contains("secret"), settings.toString());
  }

  @Test
  void isNoVariableThatNothingReads() {
    assertFalse(Settings.from(Map.of("RLM_URL", "http://a")).unknown().contains("RLM_URL"));
  }
}
