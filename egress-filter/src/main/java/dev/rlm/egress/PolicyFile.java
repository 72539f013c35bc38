package dev.rlm.egress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a policy from JSON. What is missing keeps its default; unknown members are errors. */
final class PolicyFile {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private PolicyFile() {}

  private record Modes(@Nullable String secrets, @Nullable String echo) {}

  private record Budget(
      @Nullable Integer minimumRun,
      @Nullable Long perExecutionBytes,
      @Nullable Long perSessionBytes,
      @Nullable Long opaqueBytes) {}

  private record Limits(
      @Nullable Integer holdBackBytes, @Nullable Integer blockBytes, @Nullable Integer deepBytes) {}

  private record Document(
      @Nullable Map<String, Modes> channels,
      @Nullable Budget echo,
      @Nullable Set<String> disabledRules,
      @Nullable Set<String> allowedValues,
      @Nullable Boolean tags,
      @Nullable Limits limits,
      @Nullable Long sessionOutputBytes,
      @Nullable Integer maximumFindings) {}

  static EgressPolicy parse(String json) {
    try {
      return policy(MAPPER.readValue(json, Document.class));
    } catch (JsonProcessingException e) {
      throw new EgressConfigurationException(
          "the policy file is not valid: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new EgressConfigurationException("the policy file is not valid: " + e.getMessage(), e);
    }
  }

  private static EgressPolicy policy(Document document) {
    EgressPolicy defaults = EgressPolicy.defaults();
    return new EgressPolicy(
        document.channels == null ? Map.of() : channels(document.channels, defaults),
        document.echo == null ? defaults.echo() : budget(document.echo, defaults.echo()),
        or(document.disabledRules, Set.of()),
        or(document.allowedValues, Set.of()),
        or(document.tags, defaults.tags()),
        document.limits == null ? defaults.limits() : limits(document.limits, defaults.limits()),
        or(document.sessionOutputBytes, defaults.sessionOutputBytes()),
        or(document.maximumFindings, defaults.maximumFindings()));
  }

  private static Map<Channel, ChannelPolicy> channels(
      Map<String, Modes> given, EgressPolicy defaults) {
    Map<Channel, ChannelPolicy> channels = new EnumMap<>(Channel.class);
    given.forEach(
        (name, modes) -> {
          Channel channel = Channel.valueOf(upper(name));
          ChannelPolicy before = defaults.of(channel);
          channels.put(
              channel,
              new ChannelPolicy(
                  modes.secrets == null
                      ? before.secrets()
                      : SecretMode.valueOf(upper(modes.secrets)),
                  modes.echo == null ? before.echo() : EchoMode.valueOf(upper(modes.echo))));
        });
    return channels;
  }

  private static EchoBudget budget(Budget given, EchoBudget defaults) {
    return new EchoBudget(
        or(given.minimumRun, defaults.minimumRun()),
        or(given.perExecutionBytes, defaults.perExecutionBytes()),
        or(given.perSessionBytes, defaults.perSessionBytes()),
        or(given.opaqueBytes, defaults.opaqueBytes()));
  }

  private static StreamLimits limits(Limits given, StreamLimits defaults) {
    return new StreamLimits(
        or(given.holdBackBytes, defaults.holdBackBytes()),
        or(given.blockBytes, defaults.blockBytes()),
        or(given.deepBytes, defaults.deepBytes()));
  }

  private static <T> T or(@Nullable T value, T fallback) {
    return value == null ? fallback : value;
  }

  private static String upper(String name) {
    return name.toUpperCase(Locale.ROOT);
  }
}
