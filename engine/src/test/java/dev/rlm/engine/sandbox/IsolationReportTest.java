package dev.rlm.engine.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class IsolationReportTest {

  private static final IsolationReport.Check GOOD = new IsolationReport.Check("user", "not root", "20001", true);
  private static final IsolationReport.Check BAD = new IsolationReport.Check("fork", "EPERM", "allowed", false);
  private static final IsolationReport.Check WORSE = new IsolationReport.Check("network", "none", "eth0", false);

  @Test
  void holdsWhenEveryCheckDoes() {
    assertTrue(new IsolationReport(List.of(GOOD, GOOD)).holds());
    assertFalse(new IsolationReport(List.of(GOOD, BAD)).holds());
  }

  @Test
  void saysAllThatFailedAndNothingElse() {
    assertEquals(
        "fork is allowed, not EPERM; network is eth0, not none",
        new IsolationReport(List.of(BAD, GOOD, WORSE)).failures());
  }

  @Test
  void cannotBeChangedAfterwards() {
    List<IsolationReport.Check> checks = new ArrayList<>(List.of(BAD));
    IsolationReport report = new IsolationReport(checks);
    checks.clear();
    assertFalse(report.holds());
  }
}
