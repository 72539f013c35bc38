package dev.rlm.engine.model;

import java.math.BigDecimal;

/**
 * What a model costs, in US dollars for a million tokens.
 *
 * @param prompt of what is sent
 * @param cached of what is sent and was cached by the provider
 * @param output of what comes back
 */
public record ModelPrice(BigDecimal prompt, BigDecimal cached, BigDecimal output) {

  private static final int MILLION = 6;

  /** Rejects negative prices with {@link IllegalArgumentException}. */
  public ModelPrice {
    if (prompt.signum() < 0 || cached.signum() < 0 || output.signum() < 0) {
      throw new IllegalArgumentException("a price is negative");
    }
  }

  /** Returns what calls cost, in US dollars. */
  public BigDecimal of(TokenUsage usage) {
    long cachedTokens = Math.min(usage.cached(), usage.prompt());
    return prompt
        .multiply(BigDecimal.valueOf(usage.prompt() - cachedTokens))
        .add(cached.multiply(BigDecimal.valueOf(cachedTokens)))
        .add(output.multiply(BigDecimal.valueOf(usage.output())))
        .movePointLeft(MILLION);
  }
}
