package dev.rlm.egress;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Everything about the filter that a host can decide. Nothing in the filtered text can change it.
 * Immutable.
 *
 * @param channels what holds for each channel; a channel that is missing gets the default
 * @param echo budgets for copies of the context
 * @param disabledRules ids of rules that do not apply
 * @param allowedValues SHA-256 of values that may pass, 64 lower-case hexadecimal digits each; the
 *     engine's own secrets and secrets found in the context never pass
 * @param tags whether markers and findings carry a tag that is equal for equal values of one
 *     session
 * @param limits sizes of buffers and of the costlier searches
 * @param sessionOutputBytes bytes that one session may release on all channels together; what
 *     exceeds it is withheld
 * @param maximumFindings findings listed in one report; all are counted
 */
public record EgressPolicy(
    Map<Channel, ChannelPolicy> channels,
    EchoBudget echo,
    Set<String> disabledRules,
    Set<String> allowedValues,
    boolean tags,
    StreamLimits limits,
    long sessionOutputBytes,
    int maximumFindings) {

  private static final Map<Channel, ChannelPolicy> DEFAULT_CHANNELS = defaultChannels();

  /** Completes the channels, copies the collections and refuses figures without sense. */
  public EgressPolicy {
    Map<Channel, ChannelPolicy> complete = new EnumMap<>(DEFAULT_CHANNELS);
    complete.putAll(channels);
    channels = Collections.unmodifiableMap(complete);
    disabledRules = Set.copyOf(disabledRules);
    allowedValues = Set.copyOf(allowedValues);
    Objects.requireNonNull(echo);
    Objects.requireNonNull(limits);
    for (String hash : allowedValues) {
      if (!hash.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException(
            "an allowed value is given by the 64 lower-case hexadecimal digits of its SHA-256");
      }
    }
    if (sessionOutputBytes < 0 || maximumFindings < 0) {
      throw new IllegalArgumentException("bounds must not be negative");
    }
  }

  /**
   * The policy that holds when nothing is configured: secrets are redacted on every channel; copies
   * of the context draw on a budget on every channel but prompts to sub-models, where they are only
   * counted, because handing slices to sub-models is how the loop works.
   *
   * @return the default
   */
  public static EgressPolicy defaults() {
    return new EgressPolicy(
        Map.of(),
        EchoBudget.defaults(),
        Set.of(),
        Set.of(),
        false,
        StreamLimits.defaults(),
        Long.MAX_VALUE,
        64);
  }

  /**
   * Reads a policy from the text of a file: JSON with the names of this record's components. What
   * is missing keeps its default.
   *
   * @param json the text
   * @return the policy
   * @throws EgressConfigurationException when the text is no policy
   */
  public static EgressPolicy parse(String json) {
    return PolicyFile.parse(json);
  }

  /**
   * What holds for a channel.
   *
   * @param channel the channel
   * @return its policy
   */
  public ChannelPolicy of(Channel channel) {
    return Objects.requireNonNull(channels.get(channel));
  }

  /**
   * The same policy with another echo mode on all channels.
   *
   * @param mode the mode
   * @return a copy
   */
  public EgressPolicy withEcho(EchoMode mode) {
    Map<Channel, ChannelPolicy> changed = new EnumMap<>(channels);
    changed.replaceAll((channel, policy) -> new ChannelPolicy(policy.secrets(), mode));
    return new EgressPolicy(
        changed,
        echo,
        disabledRules,
        allowedValues,
        tags,
        limits,
        sessionOutputBytes,
        maximumFindings);
  }

  /**
   * The same policy with other echo budgets.
   *
   * @param budget the budgets
   * @return a copy
   */
  public EgressPolicy withEchoBudget(EchoBudget budget) {
    return new EgressPolicy(
        channels,
        budget,
        disabledRules,
        allowedValues,
        tags,
        limits,
        sessionOutputBytes,
        maximumFindings);
  }

  /**
   * The same policy with other limits.
   *
   * @param other the limits
   * @return a copy
   */
  public EgressPolicy withLimits(StreamLimits other) {
    return new EgressPolicy(
        channels,
        echo,
        disabledRules,
        allowedValues,
        tags,
        other,
        sessionOutputBytes,
        maximumFindings);
  }

  /**
   * The same policy with or without tags.
   *
   * @param on whether markers carry tags
   * @return a copy
   */
  public EgressPolicy withTags(boolean on) {
    return new EgressPolicy(
        channels,
        echo,
        disabledRules,
        allowedValues,
        on,
        limits,
        sessionOutputBytes,
        maximumFindings);
  }

  /**
   * The same policy with another bound on listed findings.
   *
   * @param maximum findings listed in one report
   * @return a copy
   */
  public EgressPolicy withMaximumFindings(int maximum) {
    return new EgressPolicy(
        channels, echo, disabledRules, allowedValues, tags, limits, sessionOutputBytes, maximum);
  }

  private static Map<Channel, ChannelPolicy> defaultChannels() {
    Map<Channel, ChannelPolicy> map = new EnumMap<>(Channel.class);
    for (Channel channel : Channel.values()) {
      EchoMode echo = channel == Channel.PROMPT ? EchoMode.REPORT : EchoMode.BUDGET;
      map.put(channel, new ChannelPolicy(SecretMode.REDACT, echo));
    }
    return map;
  }
}
