package dev.rlm.engine.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rlm.engine.client.Answer;
import dev.rlm.engine.client.ClientException;
import dev.rlm.engine.client.EngineClient;
import dev.rlm.engine.client.Question;
import dev.rlm.engine.client.RunningQuestion;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a language model a question about a file that may be larger than any model can read. */
@Command(
    name = "ask",
    description = {
      "Ask a question about a file of any size: a language model writes code that looks at it, in a sandbox.",
      "The steps go to standard error as they happen, the answer alone to standard output. Ctrl-C breaks it off.",
      "The engine is the one that RLM_URL names, or else one that lives as long as this command and needs LLM_API_KEY."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:there is an answer",
      "1:the model or its sandbox failed; what there is of an answer is printed",
      "2:the command was not understood",
      "69:no sandbox or no language model can be had, or the engine cannot be reached or refuses",
      "78:the configuration is wrong",
      "124:it ran into its time limit; what there is of an answer is printed",
      "125:it ran into another limit; what there is of an answer is printed",
      "130:it was interrupted with Ctrl-C",
      "141:nobody reads what it prints any more"
    })
final class AskCommand implements Callable<Integer> {

  private static final int FAILED = 1;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "QUESTION", description = "What is asked.")
  private String query = "";

  @Option(names = "--model", paramLabel = "NAME", description = "The model that answers (default: LLM_MODEL).")
  private Optional<String> model = Optional.empty();

  @Option(names = "--schema", paramLabel = "FILE", description = "JSON Schema of what the answer must be, as JSON.")
  private Optional<Path> schema = Optional.empty();

  @Option(names = "--max-iterations", paramLabel = "N", description = "Turns that the model may take.")
  private Optional<Integer> maxIterations = Optional.empty();

  @Option(names = "--max-depth", paramLabel = "N", description = "Levels of loops; 1: sub-calls are plain calls.")
  private Optional<Integer> maxDepth = Optional.empty();

  @Option(names = "--max-sub-calls", paramLabel = "N", description = "Calls that its code may make to models.")
  private Optional<Integer> maxSubCalls = Optional.empty();

  @Option(names = "--max-cost", paramLabel = "USD", description = "What it may cost; needs LLM_PRICES.")
  private Optional<BigDecimal> maxCost = Optional.empty();

  @Option(names = "--json", description = "Print the whole result as JSON instead of the answer alone.")
  private boolean json;

  @Option(names = "--quiet", description = "Leave the steps out.")
  private boolean quiet;

  @Mixin private final ConnectionOptions options = new ConnectionOptions();

  @Override
  public Integer call() throws Exception {
    ConnectionOptions.Checked checked = options.check(spec, ConnectionOptions.Longest.QUESTION);
    Optional<String> form = schema.isPresent() ? Optional.of(read(schema.get())) : Optional.empty();
    if (query.isBlank()) {
      throw new CommandLine.ParameterException(spec.commandLine(), "the question is empty");
    }
    AskPrinter printer =
        new AskPrinter(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            new AskPrinter.Options(json, quiet, Terminals.isOutput()));
    return TidyExit.run(
        () -> {
          try (Connection connection = checked.connect()) {
            Question question =
                new Question(
                    query,
                    checked.context(connection),
                    model,
                    form,
                    maxIterations,
                    maxDepth,
                    maxSubCalls,
                    maxCost,
                    checked.timeout());
            return ask(connection.client(), question, printer);
          }
        });
  }

  /** Asks an engine and returns the status that this command ends with. */
  static int ask(EngineClient client, Question question, AskPrinter printer) throws InterruptedException {
    try (RunningQuestion running = client.ask(question)) {
      return switch (printer.print(running)) {
        case AskPrinter.Ending.Over(Answer answer) -> status(answer);
        case AskPrinter.Ending.NobodyReads _ -> ExitStatus.NOBODY_READS;
        case AskPrinter.Ending.Refused refused -> refusal(refused.why().problem().detail());
      };
    } catch (ClientException.RefusedException e) {
      int status = refusal(e.getMessage());
      return e.problem().isCallersFault() ? Main.USAGE : status;
    }
  }

  private static int status(Answer answer) {
    return switch (answer.outcome()) {
      case "answered" -> 0;
      case "stopped" -> answer.reason().equals("time") ? ExitStatus.TIMED_OUT : ExitStatus.CUT_OFF;
      default -> FAILED;
    };
  }

  private static int refusal(String message) {
    System.err.println("rlm: " + message);
    return Main.UNAVAILABLE;
  }

  private String read(Path file) {
    try {
      String text = Files.readString(file);
      new ObjectMapper().readTree(text);
      return text;
    } catch (JsonProcessingException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "%s is not JSON: %s".formatted(file, e.getOriginalMessage()));
    } catch (IOException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "%s cannot be read: %s".formatted(file, Files.exists(file) ? e.getMessage() : "no such file"));
    }
  }
}
