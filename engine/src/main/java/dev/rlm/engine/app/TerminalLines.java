package dev.rlm.engine.app;

import java.io.IOException;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Lines that somebody types, who can edit them and go back to earlier ones. These are kept in memory alone. */
final class TerminalLines implements LineSource {

  private final Terminal terminal;
  private final LineReader reader;

  private TerminalLines(Terminal terminal) {
    this.terminal = terminal;
    this.reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true) // "!" is Python's.
            .option(LineReader.Option.INSERT_TAB, true)
            .build();
  }

  static TerminalLines open() throws IOException {
    return new TerminalLines(TerminalBuilder.builder().system(true).build());
  }

  @Override
  public Input read(String prompt) {
    try {
      return new Input.Text(reader.readLine(prompt));
    } catch (UserInterruptException e) {
      return new Input.Cancelled();
    } catch (EndOfFileException e) {
      return new Input.End();
    }
  }

  @Override
  public Listening onInterrupt(Runnable interrupt) {
    Terminal.SignalHandler before = terminal.handle(Terminal.Signal.INT, _ -> interrupt.run());
    return () -> terminal.handle(Terminal.Signal.INT, before);
  }

  @Override
  public void close() throws IOException {
    terminal.close();
  }
}
