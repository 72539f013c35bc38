package dev.rlm.egress;

import java.util.List;
import java.util.Objects;

/**
 * Something the filter found. It never carries the text that was found, nor any of its neighbours.
 *
 * @param ruleId the rule that matched, as it stands in the marker
 * @param channel where it was found
 * @param offset first byte of the span, counted in the unfiltered bytes of this channel since the
 *     execution began
 * @param length bytes of the span in the unfiltered channel
 * @param decodeChain the views through which it was seen, outermost first; empty when it stood
 *     there plainly
 * @param confidence how sure the detector is
 * @param action what was done
 * @param tag eight hexadecimal digits that are equal for equal values within one session, or empty
 *     when the policy asks for none
 */
public record Finding(
    String ruleId,
    Channel channel,
    long offset,
    int length,
    List<String> decodeChain,
    Confidence confidence,
    Action action,
    String tag) {

  /** Copies the chain and refuses negative figures. */
  public Finding {
    Objects.requireNonNull(ruleId);
    Objects.requireNonNull(channel);
    Objects.requireNonNull(confidence);
    Objects.requireNonNull(action);
    Objects.requireNonNull(tag);
    decodeChain = List.copyOf(decodeChain);
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("offset and length must not be negative");
    }
  }
}
