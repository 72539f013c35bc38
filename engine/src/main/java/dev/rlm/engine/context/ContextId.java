package dev.rlm.engine.context;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names a context: 128 random bits, so that nobody guesses one.
 *
 * @param value 32 lower-case hexadecimal digits
 */
public record ContextId(String value) {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Pattern FORMAT = Pattern.compile("[0-9a-f]{32}");
  private static final int BYTES = 16;

  /** Rejects what is not an id with {@link IllegalArgumentException}. */
  public ContextId {
    if (!FORMAT.matcher(value).matches()) {
      throw new IllegalArgumentException("not a context id");
    }
  }

  /** Returns a new id. */
  static ContextId random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return new ContextId(HexFormat.of().formatHex(bytes));
  }

  /** Reads an id; empty when the text is none. */
  public static Optional<ContextId> parse(String text) {
    return FORMAT.matcher(text).matches() ? Optional.of(new ContextId(text)) : Optional.empty();
  }
}
