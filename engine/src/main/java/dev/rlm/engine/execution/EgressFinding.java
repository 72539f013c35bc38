package dev.rlm.engine.execution;

import dev.rlm.egress.Channel;
import dev.rlm.egress.EgressReport;
import java.util.List;
import java.util.Locale;

/**
 * Something the egress filter found in what left a sandbox. Never holds what it found.
 *
 * @param rule which rule found it
 * @param channel where: {@code stdout}, {@code stderr}, {@code locals}, {@code result}, {@code error}, {@code call}, {@code prompt}
 *     or {@code answer}
 * @param offset where in the unfiltered channel it began, in bytes
 * @param length how long it was, in bytes
 * @param action what was done: {@code redacted}, {@code reported} or {@code withheld}
 */
public record EgressFinding(String rule, String channel, long offset, long length, String action) {

  static List<EgressFinding> of(EgressReport report) {
    return report.findings().stream()
        .map(
            finding ->
                new EgressFinding(
                    finding.ruleId(),
                    name(finding.channel()),
                    finding.offset(),
                    finding.length(),
                    finding.action().name().toLowerCase(Locale.ROOT)))
        .toList();
  }

  static String name(Channel channel) {
    return channel.name().toLowerCase(Locale.ROOT);
  }

  EgressFinding in(String other) {
    return new EgressFinding(rule, other, offset, length, action);
  }
}
