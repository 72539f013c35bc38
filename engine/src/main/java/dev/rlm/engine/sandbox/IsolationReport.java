package dev.rlm.engine.sandbox;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a canary measured inside a fresh sandbox, against what was asked for.
 *
 * @param checks one for each property
 */
public record IsolationReport(List<Check> checks) {

  /** Copies the list. */
  public IsolationReport {
    checks = List.copyOf(checks);
  }

  /**
   * One property.
   *
   * @param name what was looked at
   * @param expected what must be seen, for people
   * @param measured what was seen: the sandbox's word, shortened and made printable
   * @param holds whether it is as it must be
   */
  public record Check(String name, String expected, String measured, boolean holds) {}

  /** Returns whether every property is as it must be. */
  public boolean holds() {
    return checks.stream().allMatch(Check::holds);
  }

  /** Returns what is not as it must be, for an error message. */
  public String failures() {
    return checks.stream()
        .filter(check -> !check.holds())
        .map(check -> "%s is %s, not %s".formatted(check.name(), check.measured(), check.expected()))
        .collect(Collectors.joining("; "));
  }
}
