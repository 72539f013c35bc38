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
 * @param decodeChain the encodings through which it was seen, the outermost first; empty when it stood there plainly
 * @param confidence how sure the rule is: {@code low}, {@code medium} or {@code high}; {@code unknown} where a whole value was judged
 * @param action what was done: {@code redacted}, {@code reported} or {@code withheld}
 * @param tag equal for equal values within a session, and says nothing else of them; empty where the policy asks for none
 */
public record EgressFinding(
    String rule,
    String channel,
    long offset,
    long length,
    List<String> decodeChain,
    String confidence,
    String action,
    String tag) {

  /** Copies the chain. */
  public EgressFinding {
    decodeChain = List.copyOf(decodeChain);
  }

  /** A whole value was redacted or withheld, for some reason in it. */
  static EgressFinding ofWhole(String rule, String channel, String action) {
    return new EgressFinding(rule, channel, 0, 0, List.of(), "unknown", action, "");
  }

  static List<EgressFinding> of(EgressReport report) {
    return report.findings().stream()
        .map(
            finding ->
                new EgressFinding(
                    finding.ruleId(),
                    name(finding.channel()),
                    finding.offset(),
                    finding.length(),
                    finding.decodeChain(),
                    finding.confidence().name().toLowerCase(Locale.ROOT),
                    finding.action().name().toLowerCase(Locale.ROOT),
                    finding.tag()))
        .toList();
  }

  static String name(Channel channel) {
    return channel.name().toLowerCase(Locale.ROOT);
  }

  EgressFinding in(String other) {
    return new EgressFinding(rule, other, offset, length, decodeChain, confidence, action, tag);
  }
}
