package dev.rlm.egress;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the filter found in one execution or one string.
 *
 * @param findings the first findings, in the order in which they were decided, at most {@link
 *     EgressPolicy#maximumFindings()}
 * @param counts how often each rule matched, findings beyond the bound included
 * @param redactions how many markers were written
 * @param bytesIn unfiltered bytes
 * @param bytesOut bytes released, markers included
 */
public record EgressReport(
    List<Finding> findings,
    Map<String, Integer> counts,
    int redactions,
    long bytesIn,
    long bytesOut) {

  /** Copies the collections; the counts are sorted by rule. */
  public EgressReport {
    findings = List.copyOf(findings);
    counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
  }

  /**
   * Whether anything was replaced or withheld.
   *
   * @return true when the output differs from the input
   */
  public boolean redacted() {
    return redactions > 0;
  }
}
