package dev.rlm.engine.app;

import dev.rlm.egress.EchoMode;
import dev.rlm.egress.EgressConfigurationException;
import dev.rlm.egress.EgressPolicy;
import dev.rlm.egress.RuleSet;
import dev.rlm.engine.config.ConfigurationException;
import dev.rlm.engine.config.EgressSettings;
import dev.rlm.engine.config.Settings;
import dev.rlm.engine.execution.Egress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Makes the egress filter that the settings ask for. */
final class EgressFactory {

  /** A shorter text would be found by chance: what is shown to a local model server may be any word. */
  private static final int LEAST_SECRET = 8;

  private EgressFactory() {}

  /**
   * Makes it; the keys of callers, of the language model and for the execution plane are the engine's own secrets.
   *
   * @throws ConfigurationException when a file of the settings is not valid
   */
  static Egress create(Settings settings) {
    EgressSettings egress = settings.egress();
    EgressPolicy policy = read("RLM_EGRESS_POLICY", egress.policy(), EgressPolicy::parse).orElseGet(EgressPolicy::defaults);
    Optional<RuleSet> rules = read("RLM_EGRESS_RULES", egress.rules(), RuleSet::parse);
    return Egress.of(
        Stream.of(
                settings.server().apiKeys().stream(),
                settings.models().apiKey().stream(),
                settings.planes().executionKey().stream())
            .flatMap(keys -> keys)
            .filter(key -> key.length() >= LEAST_SECRET)
            .toList(),
        egress.echo().map(EgressFactory::mode).map(policy::withEcho).orElse(policy),
        rules.map(RuleSet.standard()::plus).orElseGet(RuleSet::standard));
  }

  private static EchoMode mode(EgressSettings.Echo echo) {
    return switch (echo) {
      case OFF -> EchoMode.OFF;
      case REPORT -> EchoMode.REPORT;
      case BUDGET -> EchoMode.BUDGET;
      case DENY -> EchoMode.DENY;
    };
  }

  private static <T> Optional<T> read(String variable, Optional<Path> file, Function<String, T> parser) {
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(Files.readString(file.get())));
    } catch (IOException | EgressConfigurationException e) {
      throw new ConfigurationException(List.of("%s=%s: %s".formatted(variable, file.get(), e.getMessage())));
    }
  }
}
