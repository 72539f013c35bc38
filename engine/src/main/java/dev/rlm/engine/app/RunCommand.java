package dev.rlm.engine.app;

import dev.rlm.engine.config.ExecutionSettings;
import dev.rlm.engine.config.Settings;
import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.telemetry.Logging;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs one piece of code in a throwaway sandbox, without a server. */
@Command(
    name = "run",
    description = "Run Python in a throwaway sandbox and print what it prints, filtered.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:the code ran to its end",
      "1:it ended with an exception",
      "N:it called sys.exit(N)",
      "2:the command was not understood",
      "69:no sandbox can be had",
      "78:the configuration is wrong",
      "124:it ran into its time limit",
      "125:it wrote too much, or its sandbox was lost",
      "137:it ran out of memory"
    })
final class RunCommand implements Callable<Integer> {

  private static final int TIMED_OUT = 124;
  private static final int CUT_OFF = 125;

  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Source source;

  @Option(names = "--context", paramLabel = "FILE", description = "Bind the file's text to the variable `context`.")
  private Optional<Path> context = Optional.empty();

  @Option(names = "--timeout", paramLabel = "SECONDS", description = "Time the code may take (default: EXECUTION_TIMEOUT).")
  private Optional<BigDecimal> timeout = Optional.empty();

  /** Where the code comes from. */
  static final class Source {
    @Parameters(paramLabel = "FILE", description = "Python source; - for standard input.")
    private Optional<Path> file = Optional.empty();

    @Option(names = "-c", paramLabel = "CODE", description = "Python source, given here.")
    private Optional<String> code = Optional.empty();
  }

  @Override
  public Integer call() throws InterruptedException {
    Settings settings = Settings.fromEnvironment();
    // One execution of one's own is no news: only what is wrong is logged, unless more is asked for.
    Logging.setLevel(
        settings.logLevel() == Settings.LogLevel.INFO ? Settings.LogLevel.WARN.name() : settings.logLevel().name());
    ExecutionCommand command =
        new ExecutionCommand(
            code(),
            context.map(this::read).map(JsonText::of).map(GuestContext.Json::new),
            timeout(settings.execution()),
            HostCalls.NONE);
    try (Engine engine = Engine.open(settings, 0)) {
      Execution execution = engine.execute(command);
      print(execution);
      return status(execution);
    }
  }

  private String code() {
    if (source.code.isPresent()) {
      return source.code.get();
    }
    Path file = source.file.orElseThrow();
    if (file.toString().equals("-")) {
      try {
        return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw usage("standard input cannot be read: " + e.getMessage());
      }
    }
    return read(file);
  }

  private String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.nio.charset.CharacterCodingException e) {
      throw usage("%s is not UTF-8 text".formatted(file));
    } catch (IOException e) {
      throw usage("%s cannot be read: %s".formatted(file, Files.exists(file) ? e.getMessage() : "no such file"));
    }
  }

  private Duration timeout(ExecutionSettings settings) {
    if (timeout.isEmpty()) {
      return settings.timeout();
    }
    BigDecimal seconds = timeout.get();
    if (seconds.signum() <= 0 || seconds.compareTo(BigDecimal.valueOf(settings.maxTimeout().toSeconds())) > 0) {
      throw usage(
          "--timeout %s is not more than 0 and at most %d".formatted(seconds, settings.maxTimeout().toSeconds()));
    }
    return Duration.ofMillis(Math.max(1, seconds.movePointRight(3).longValue()));
  }

  private CommandLine.ParameterException usage(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }

  private static void print(Execution execution) {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, false, StandardCharsets.UTF_8);
    out.print(execution.stdout());
    execution.result().ifPresent(out::println);
    out.flush();
    err.print(execution.stderr());
    if (execution.error().isPresent() && !(execution.outcome() instanceof Outcome.Exited)) {
      ExecutionError error = execution.error().get();
      err.println(error.traceback().isEmpty() ? error.name() + ": " + error.value() : error.traceback().stripTrailing());
    }
    err.flush();
  }

  private static int status(Execution execution) {
    return switch (execution.outcome()) {
      case Outcome.TimedOut _ -> TIMED_OUT;
      case Outcome.OutputLimit _, Outcome.SandboxLost _ -> CUT_OFF;
      default -> execution.exitCode().orElse(CUT_OFF);
    };
  }
}
