package dev.rlm.engine.app;

import dev.rlm.engine.client.ContextValue;
import dev.rlm.engine.client.UploadProgress;
import dev.rlm.engine.config.ClientSettings;
import dev.rlm.engine.config.Settings;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options that commands share which run code in an engine. */
final class ConnectionOptions {

  /** How long an engine elsewhere is asked again that has no room, where no time limit is given. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Option(
      names = "--context",
      paramLabel = "FILE",
      description = "Bind the file to the variable `context`: as text if it is UTF-8, else as bytes. It may be of any size.")
  private Optional<Path> context = Optional.empty();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Time it may take (default: EXECUTION_TIMEOUT for code, RLM_MAX_RUN_TIME for questions).")
  private Optional<BigDecimal> timeout = Optional.empty();

  @Option(
      names = "--progress",
      description = "Show the progress of a large --context even where standard error is no terminal.")
  private boolean progress;

  /**
   * The options and the environment, found to be in order.
   *
   * @param client which engine
   * @param own the settings of one's own engine; empty when it is another one
   * @param file what the context is to be
   * @param timeout as it was asked for
   * @param progress whether the progress of an upload is shown
   */
  record Checked(
      ClientSettings client,
      Optional<Settings> own,
      Optional<ContextFile> file,
      Optional<Duration> timeout,
      boolean progress,
      CommandSpec spec) {

    /** Connects to the engine, or starts it. */
    Connection connect() throws InterruptedException {
      Duration patience = timeout.orElse(own.map(settings -> settings.execution().timeout()).orElse(PATIENCE));
      return own.isPresent()
          ? Connection.toOwn(own.get(), patience)
          : Connection.to(client.url().orElseThrow(), client, patience);
    }

    /** Hands the context over. */
    Optional<ContextValue> context(Connection connection) throws InterruptedException {
      if (file.isEmpty()) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            connection.handOver(file.get(), progress ? new ProgressLine(System.err) : UploadProgress.NONE));
      } catch (ContextFile.UnreadableException e) {
        throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage());
      }
    }
  }

  /**
   * The longest that a command may ask an engine for.
   *
   * @param own of one's own engine
   * @param elsewhere longer than any other engine takes
   */
  record Longest(Function<Settings, Duration> own, Duration elsewhere) {

    /** Of code. */
    static final Longest CODE = new Longest(settings -> settings.execution().maxTimeout(), Duration.ofHours(1));

    /** Of questions. */
    static final Longest QUESTION = new Longest(settings -> settings.runs().time(), Duration.ofDays(1));
  }

  /**
   * Looks at the options and the environment before anything is started.
   *
   * @throws CommandLine.ParameterException when an option is wrong
   * @throws dev.rlm.engine.config.ConfigurationException when the environment is
   */
  Checked check(CommandSpec spec, Longest longestOf) {
    ClientSettings client = ClientSettings.fromEnvironment();
    Optional<Settings> own = client.url().isPresent() ? Optional.empty() : Optional.of(Settings.fromEnvironment());
    Duration longest = own.map(longestOf.own()).orElse(longestOf.elsewhere());
    try {
      return new Checked(
          client,
          own,
          context.isPresent() ? Optional.of(ContextFile.of(context.get())) : Optional.empty(),
          timeout.map(seconds -> duration(seconds, longest, spec)),
          progress || Terminals.isError(),
          spec);
    } catch (ContextFile.UnreadableException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private static Duration duration(BigDecimal seconds, Duration longest, CommandSpec spec) {
    if (seconds.signum() <= 0 || seconds.compareTo(BigDecimal.valueOf(longest.toSeconds())) > 0) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--timeout %s is not more than 0 and at most %d".formatted(seconds, longest.toSeconds()));
    }
    return Duration.ofMillis(Math.max(1, seconds.movePointRight(3).longValue()));
  }
}
