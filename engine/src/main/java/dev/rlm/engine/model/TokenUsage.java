package dev.rlm.engine.model;

/**
 * What calls took, in tokens as the provider counts them.
 *
 * @param prompt what was sent, the cached part included
 * @param cached what of it the provider had cached
 * @param output what came back, reasoning included
 * @param estimated whether some of it is an estimate, because the provider did not say
 */
public record TokenUsage(long prompt, long cached, long output, boolean estimated) {

  /** Nothing. */
  public static final TokenUsage NONE = new TokenUsage(0, 0, 0, false);

  /** English text has about four characters a token; other text has fewer, so that this is no upper bound. */
  private static final int CHARACTERS_PER_TOKEN = 4;

  /** Rejects negative figures with {@link IllegalArgumentException}. */
  public TokenUsage {
    if (prompt < 0 || cached < 0 || output < 0) {
      throw new IllegalArgumentException("negative tokens: %d, %d, %d".formatted(prompt, cached, output));
    }
  }

  /** Returns the tokens that so many characters are about. */
  public static long estimate(long characters) {
    return (characters + CHARACTERS_PER_TOKEN - 1) / CHARACTERS_PER_TOKEN;
  }

  /** Returns both together. */
  public TokenUsage plus(TokenUsage other) {
    return new TokenUsage(
        Math.addExact(prompt, other.prompt),
        Math.addExact(cached, other.cached),
        Math.addExact(output, other.output),
        estimated || other.estimated);
  }
}
