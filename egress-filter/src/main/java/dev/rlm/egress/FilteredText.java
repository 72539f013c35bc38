package dev.rlm.egress;

import java.util.Objects;

/**
 * A whole string after filtering.
 *
 * @param text what may leave
 * @param report what was found
 */
public record FilteredText(String text, EgressReport report) {

  /** Refuses nulls. */
  public FilteredText {
    Objects.requireNonNull(text);
    Objects.requireNonNull(report);
  }
}
