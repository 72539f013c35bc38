package dev.rlm.engine.model.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.openai.core.http.Headers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RetryAfterTest {

  private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2015-10-21T07:28:00Z"));

  private static Duration read(String value) {
    return RetryAfter.of(Headers.builder().put("retry-after", value).build(), CLOCK);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1.5 | PT1.5S",
        "' 20 ' | PT20S",
        "0 | PT0S",
        "-3 | PT0S",
        "1e99999 | PT24H",
        "Wed, 21 Oct 2015 07:29:00 GMT | PT1M",
        "Wed, 21 Oct 2015 07:27:00 GMT | PT0S",
        "Sat, 21 Oct 2045 07:27:00 GMT | PT24H",
        "Wed, 32 Oct 2015 07:27:00 GMT | PT0S",
        "soon | PT0S",
      })
  void readsSecondsAndDates(String value, Duration wait) {
    assertEquals(wait, read(value));
  }

  @Test
  void isZeroWhereNothingIsSaid() {
    assertEquals(Duration.ZERO, RetryAfter.of(Headers.builder().build(), CLOCK));
  }

  @Test
  void theProvidersOwnClockCounts() {
    Headers headers =
        Headers.builder()
            .put("Date", "Tue, 01 Dec 2015 10:00:00 GMT")
            .put("Retry-After", "Tue, 01 Dec 2015 10:00:30 GMT")
            .build();
    assertEquals(Duration.ofSeconds(30), RetryAfter.of(headers, CLOCK));
  }
}
