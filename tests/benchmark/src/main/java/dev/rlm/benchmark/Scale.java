package dev.rlm.benchmark;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param quick whether it shall only be seen that everything works
 */
record Scale(boolean quick) {

  int of(int quickly, int fully) {
    return quick ? quickly : fully;
  }

  Duration seconds(int quickly, int fully) {
    return Duration.ofSeconds(of(quickly, fully));
  }
}
