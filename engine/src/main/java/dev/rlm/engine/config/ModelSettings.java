package dev.rlm.engine.config;

import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which language models there are, and how they are asked.
 *
 * @param apiKey shown to the provider; empty: there is no inference
 * @param baseUrl of a server that speaks OpenAI's chat completions
 * @param model drives a run that names none
 * @param recursiveModel answers sub-calls, and drives child loops
 * @param others further models that may be named
 * @param prices of models, by name
 * @param timeout of one attempt
 * @param attempts for one call
 * @param maxOutputTokens the most that one answer may take
 * @param contextWindow tokens that the smallest of the models takes, its answer included
 */
public record ModelSettings(
    Optional<String> apiKey,
    URI baseUrl,
    String model,
    String recursiveModel,
    List<String> others,
    Map<String, Price> prices,
    Duration timeout,
    int attempts,
    int maxOutputTokens,
    int contextWindow) {

  /** Part of a window that a conversation may fill: what is sent is estimated before the provider counts it. */
  private static final double FILLED = 0.85;

  /**
   * US dollars for a million tokens.
   *
   * @param prompt of what is sent
   * @param cached of what is sent and was cached by the provider
   * @param output of what comes back
   */
  public record Price(BigDecimal prompt, BigDecimal cached, BigDecimal output) {

    /** Reads {@code prompt/output} or {@code prompt/cached/output}. */
    static Price parse(String text) {
      String[] parts = text.split("/", -1);
      if (parts.length < 2 || parts.length > 3) {
        throw new IllegalArgumentException("use model=prompt/output or model=prompt/cached/output");
      }
      BigDecimal prompt = number(parts[0]);
      return new Price(prompt, parts.length == 3 ? number(parts[1]) : prompt, number(parts[parts.length - 1]));
    }

    private static BigDecimal number(String text) {
      BigDecimal number = new BigDecimal(text.strip());
      if (number.signum() < 0) {
        throw new IllegalArgumentException("a price is not negative");
      }
      return number;
    }
  }

  /** Copies the collections. */
  public ModelSettings {
    others = List.copyOf(others);
    prices = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(prices));
  }

  /** Returns how many tokens may be sent, so that there is room for an answer. */
  public long promptWindow() {
    return (long) ((contextWindow - maxOutputTokens) * FILLED);
  }

  /** Says everything but the key. */
  @Override
  public String toString() {
    return "ModelSettings[apiKey=%s, baseUrl=%s, model=%s, recursiveModel=%s, others=%s, prices=%s, timeout=%s, attempts=%d, maxOutputTokens=%d, contextWindow=%d]"
        .formatted(
            apiKey.isPresent(),
            baseUrl,
            model,
            recursiveModel,
            others,
            prices.keySet(),
            timeout,
            attempts,
            maxOutputTokens,
            contextWindow);
  }
}
