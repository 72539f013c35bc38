package dev.rlm.engine.app;

import dev.rlm.engine.client.ContextValue;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** An interactive session: one sandbox, whose state is kept until it is left. */
@Command(
    name = "repl",
    description = {
      "Run Python line by line in one sandbox that keeps its state, and print what it prints, filtered, as it comes.",
      "The engine is the one that RLM_URL names, or else one that lives as long as this command."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:the session was left",
      "N:the code called sys.exit(N)",
      "2:the command was not understood",
      "69:no sandbox can be had, or the engine cannot be reached or refuses",
      "78:the configuration is wrong",
      "130:it was interrupted with Ctrl-C where it does not read from a terminal",
      "141:nobody reads what it prints any more"
    })
final class ReplCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private final ConnectionOptions options = new ConnectionOptions();

  @Override
  public Integer call() throws Exception {
    ConnectionOptions.Checked checked = options.check(spec, ConnectionOptions.Longest.CODE);
    return TidyExit.run(
        () -> {
          try (Connection connection = checked.connect()) {
            Optional<ContextValue> context = checked.context(connection);
            try (LineSource lines = lines();
                Repl repl =
                    new Repl(connection.client(), context, checked.timeout(), lines, EventPrinter.toProcess())) {
              if (Terminals.isInteractive()) {
                System.err.println("Python in a sandbox. :help shows the commands, Ctrl-D leaves.");
              }
              return repl.run();
            }
          }
        });
  }

  private static LineSource lines() throws IOException {
    return Terminals.isInteractive() ? TerminalLines.open() : new PipedLines(System.in);
  }
}
