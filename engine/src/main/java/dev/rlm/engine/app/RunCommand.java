package dev.rlm.engine.app;

import dev.rlm.engine.client.ClientException;
import dev.rlm.engine.client.Code;
import dev.rlm.engine.client.ContextValue;
import dev.rlm.engine.client.EngineClient;
import dev.rlm.engine.client.RunningCode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs one piece of code in a throwaway sandbox, and prints what it prints as it prints it. */
@Command(
    name = "run",
    description = {
      "Run Python in a throwaway sandbox and print what it prints, filtered, as it comes.",
      "The engine is the one that RLM_URL names, or else one that lives as long as this command."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:the code ran to its end",
      "1:it ended with an exception",
      "N:it called sys.exit(N)",
      "2:the command was not understood",
      "69:no sandbox can be had, or the engine cannot be reached or refuses",
      "78:the configuration is wrong",
      "124:it ran into its time limit",
      "125:it wrote too much, or its sandbox was lost",
      "130:it was interrupted with Ctrl-C",
      "137:it ran out of memory",
      "141:nobody reads what it prints any more"
    })
final class RunCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Source source;

  @Mixin private final ConnectionOptions options = new ConnectionOptions();

  /** Where the code comes from. */
  static final class Source {
    @Parameters(paramLabel = "FILE", description = "Python source; - for standard input.")
    private Optional<Path> file = Optional.empty();

    @Option(names = "-c", paramLabel = "CODE", description = "Python source, given here.")
    private Optional<String> code = Optional.empty();
  }

  @Override
  public Integer call() throws Exception {
    ConnectionOptions.Checked checked = options.check(spec, ConnectionOptions.Longest.CODE);
    String code = code();
    return TidyExit.run(
        () -> {
          try (Connection connection = checked.connect()) {
            Optional<ContextValue> context = checked.context(connection);
            return run(connection.client(), new Code(code, context, checked.timeout()), EventPrinter.toProcess());
          }
        });
  }

  /** Runs code in an engine and returns the status that this command ends with. */
  static int run(EngineClient client, Code code, EventPrinter printer) throws InterruptedException {
    try (RunningCode running = client.run(code)) {
      return switch (printer.print(running)) {
        case EventPrinter.Ending.Over over -> ExitStatus.of(over.how());
        case EventPrinter.Ending.NobodyReads _ -> ExitStatus.NOBODY_READS;
        case EventPrinter.Ending.Refused refused -> refusal(refused.why().problem().detail());
      };
    } catch (ClientException.RefusedException e) {
      int status = refusal(e.getMessage());
      return e.problem().isCallersFault() ? Main.USAGE : status;
    }
  }

  private static int refusal(String message) {
    System.err.println("rlm: " + message);
    return Main.UNAVAILABLE;
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
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw usage("%s is not UTF-8 text".formatted(file));
    } catch (IOException e) {
      throw usage("%s cannot be read: %s".formatted(file, Files.exists(file) ? e.getMessage() : "no such file"));
    }
  }

  private CommandLine.ParameterException usage(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}
