package dev.rlm.engine.app;

import dev.rlm.engine.config.ConfigurationException;
import dev.rlm.engine.sandbox.EngineException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line. */
@Command(
    name = "rlm",
    description = "Runs code that a language model wrote, in a throwaway sandbox.",
    subcommands = {ServeCommand.class, RunCommand.class, ReplCommand.class, AskCommand.class, FilterCommand.class, DoctorCommand.class})
public final class Main implements Callable<Integer> {

  /** The command was not understood. */
  static final int USAGE = 2;

  /** The engine cannot do what it was asked: the message says what to do. */
  static final int UNAVAILABLE = 69;

  /** The engine itself failed. */
  static final int INTERNAL = 70;

  /** The environment asks for something that cannot be. */
  static final int CONFIGURATION = 78;

  private Main() {}

  /** Runs a command and ends the process with its status. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main()).setExecutionExceptionHandler(Main::explain);
  }

  @Override
  public Integer call() {
    CommandLine.usage(this, System.err);
    return USAGE;
  }

  private static int explain(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    switch (e) {
      case EngineException known -> known.getMessage().lines().forEach(line -> System.err.println("rlm: " + line));
      default -> e.printStackTrace();
    }
    return status(e);
  }

  private static int status(Throwable e) {
    return switch (e) {
      case ConfigurationException _ -> CONFIGURATION;
      case EngineException _ -> UNAVAILABLE;
      default -> INTERNAL;
    };
  }
}
