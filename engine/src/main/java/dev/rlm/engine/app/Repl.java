package dev.rlm.engine.app;

import dev.rlm.engine.client.ClientException;
import dev.rlm.engine.client.Code;
import dev.rlm.engine.client.ContextValue;
import dev.rlm.engine.client.EngineClient;
import dev.rlm.engine.client.Event;
import dev.rlm.engine.client.Problem;
import dev.rlm.engine.client.RemoteSession;
import dev.rlm.engine.client.RunningCode;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads Python, runs it in a session, prints what it does, and begins anew. Used by one thread. */
final class Repl implements AutoCloseable {

  private static final String HELP =
      """
      Python is run in the session's sandbox; what it binds stays there. An empty line ends a block.
      :vars    shows the variables and their types
      :reset   begins a new session, without the variables
      :quit    leaves, as Ctrl-D does; Ctrl-C interrupts what runs
      """;

  /** Asks the sandbox itself; binds nothing there. */
  private static final String VARIABLES =
      """
      print("\\n".join(sorted(
          f"{name}: {type(value).__name__}" for name, value in globals().items()
          if not name.startswith("_") and type(value).__name__ != "module")) or "no variables")
      """;

  private final EngineClient client;
  private final Optional<ContextValue> context;
  private final Optional<Duration> timeout;
  private final LineSource lines;
  private final EventPrinter printer;
  private final BlockAssembler blocks = new BlockAssembler();
  private RemoteSession session;

  /**
   * Opens the session.
   *
   * @param context what the session finds as its context
   * @param timeout for each piece of code
   * @throws ClientException when the engine cannot be reached, or refuses
   */
  Repl(
      EngineClient client,
      Optional<ContextValue> context,
      Optional<Duration> timeout,
      LineSource lines,
      EventPrinter printer)
      throws InterruptedException {
    this.client = client;
    this.context = context;
    this.timeout = timeout;
    this.lines = lines;
    this.printer = printer;
    this.session = client.openSession(context);
  }

  /** Goes on until there are no more lines, or the code leaves; returns the status to end with. */
  int run() throws IOException, InterruptedException {
    while (true) {
      OptionalInt status =
          switch (lines.read(blocks.isPending() ? "... " : ">>> ")) {
            case LineSource.Input.Text(String text) -> take(text);
            case LineSource.Input.Cancelled _ -> {
              blocks.clear();
              printer.note("KeyboardInterrupt");
              yield OptionalInt.empty();
            }
            case LineSource.Input.End _ -> {
              Optional<String> rest = blocks.finish();
              OptionalInt left = rest.isPresent() ? execute(rest.get()) : OptionalInt.empty();
              yield OptionalInt.of(left.orElse(0));
            }
          };
      if (status.isPresent()) {
        return status.getAsInt();
      }
    }
  }

  private OptionalInt take(String text) throws InterruptedException {
    for (String line : text.split("\r?\n", -1)) {
      if (!blocks.isPending() && line.startsWith(":")) {
        if (command(line.strip())) {
          return OptionalInt.of(0);
        }
        continue;
      }
      for (String piece : blocks.add(line)) {
        OptionalInt status = execute(piece);
        if (status.isPresent()) {
          return status;
        }
      }
    }
    return OptionalInt.empty();
  }

  /** Obeys a command; returns whether it is to leave. */
  private boolean command(String line) throws InterruptedException {
    switch (line) {
      case ":help" -> printer.note(HELP.stripTrailing());
      case ":vars" -> execute(VARIABLES);
      case ":reset" -> {
        session.close();
        session = client.openSession(context);
        printer.note("a new session");
      }
      case ":quit" -> {
        return true;
      }
      default -> printer.note("there is no command " + line + ": see :help");
    }
    return false;
  }

  /** Runs a piece of code; returns the status to leave with where that is what it did. */
  private OptionalInt execute(String code) throws InterruptedException {
    try (RunningCode running = session.run(new Code(code, Optional.empty(), timeout));
        LineSource.Listening _ = lines.onInterrupt(running::interrupt)) {
      return switch (printer.print(running)) {
        case EventPrinter.Ending.Over over -> ended(over.how());
        case EventPrinter.Ending.Refused refused -> refused(refused.why().problem());
        case EventPrinter.Ending.NobodyReads _ -> OptionalInt.of(ExitStatus.NOBODY_READS);
      };
    } catch (ClientException.RefusedException e) {
      return refused(e.problem());
    }
  }

  private OptionalInt ended(Event.Ended ended) throws InterruptedException {
    switch (ended.outcome()) {
      case "exited" -> {
        return OptionalInt.of(ExitStatus.of(ended));
      }
      case "out_of_memory", "output_limit", "sandbox_lost" -> renew("the sandbox is gone");
      case "interrupted" -> printer.note("KeyboardInterrupt");
      default -> {}
    }
    return OptionalInt.empty();
  }

  private OptionalInt refused(Problem problem) throws InterruptedException {
    if (problem.isSessionGone()) {
      renew(problem.detail());
    } else {
      printer.note("rlm: " + problem.detail());
    }
    return OptionalInt.empty();
  }

  private void renew(String why) throws InterruptedException {
    session.close();
    session = client.openSession(context);
    printer.note("rlm: " + why + ": this is a new session, without the variables");
  }

  /** Ends the session. */
  @Override
  public void close() {
    session.close();
  }
}
