package dev.rlm.egress;

import dev.rlm.egress.scan.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects what a report says. */
final class ReportBuilder {

  private final int maximum;
  private final List<Finding> findings = new ArrayList<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private int redactions;
  long bytesIn;
  long bytesOut;

  ReportBuilder(int maximum) {
    this.maximum = maximum;
  }

  void add(Span span, Channel channel, long offset, int length, Action action, String tag) {
    counts.merge(span.rule(), 1, Integer::sum);
    if (action != Action.REPORTED) {
      redactions++;
    }
    if (findings.size() < maximum) {
      findings.add(
          new Finding(
              span.rule(), channel, offset, length, span.chain(), span.confidence(), action, tag));
    }
  }

  EgressReport build() {
    return new EgressReport(findings, counts, redactions, bytesIn, bytesOut);
  }
}
