package dev.rlm.engine.repl;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names a run and its trajectory: 128 random bits, so that nobody guesses one.
 *
 * @param value 32 lower-case hexadecimal digits
 */
public record RunId(String value) {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Pattern FORMAT = Pattern.compile("[0-9a-f]{32}");
  private static final int BYTES = 16;

  /** Rejects what is not an id with {@link IllegalArgumentException}. */
  public RunId {
    if (!FORMAT.matcher(value).matches()) {
      throw new IllegalArgumentException("not a run id");
    }
  }

  /** Returns a new id. */
  public static RunId random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return new RunId(HexFormat.of().formatHex(bytes));
  }

  /** Reads an id; empty when the text is none. */
  public static Optional<RunId> parse(String text) {
    return FORMAT.matcher(text).matches() ? Optional.of(new RunId(text)) : Optional.empty();
  }
}
