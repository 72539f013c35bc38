package dev.rlm.engine.model.openai;

import com.openai.core.http.Headers;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** How long a provider wants to be left alone: the header {@code Retry-After}, as seconds or as a date of HTTP's. */
final class RetryAfter {

  private static final Duration LONGEST = Duration.ofDays(1);

  private RetryAfter() {}

  /** Reads it; zero where it is missing, over or nonsense, and never more than a day. */
  static Duration of(Headers headers, InstantSource clock) {
    Duration wait = first(headers, "Retry-After").flatMap(value -> read(value, headers, clock)).orElse(Duration.ZERO);
    return wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }

  private static Optional<Duration> read(String value, Headers headers, InstantSource clock) {
    return seconds(value)
        .or(
            () ->
                date(value)
                    // By the provider's own clock, where it tells what that says.
                    .map(then -> Duration.between(first(headers, "Date").flatMap(RetryAfter::date).orElseGet(clock::instant), then)));
  }

  private static Optional<Duration> seconds(String value) {
    try {
      BigDecimal seconds = new BigDecimal(value).min(BigDecimal.valueOf(LONGEST.toSeconds())).max(BigDecimal.ZERO);
      return Optional.of(Duration.ofMillis(seconds.movePointRight(3).longValue()));
    } catch (NumberFormatException notSeconds) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> date(String value) {
    try {
      return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value)));
    } catch (DateTimeException noDate) {
      return Optional.empty();
    }
  }

  private static Optional<String> first(Headers headers, String name) {
    return headers.values(name).stream().findFirst().map(String::strip);
  }
}
