package dev.rlm.engine.app;

import java.io.IOException;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Lines that somebody types, who can edit them and go back to earlier ones. These are kept in memory alone.
 *
 * <p>Ctrl-C never ends the process: while a line is typed it throws that away; else it is for the code that runs, or that is about to,
 * if it came before that could listen.
 */
final class TerminalLines implements LineSource {

  private final Terminal terminal;
  private final LineReader reader;
  private @Nullable Runnable listener;
  private boolean unheard;

  private TerminalLines(Terminal terminal) {
    this.terminal = terminal;
    this.reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true) // "!" is Python's.
            .option(LineReader.Option.INSERT_TAB, true)
            .build();
    terminal.handle(Terminal.Signal.INT, _ -> interrupted());
  }

  static TerminalLines open() throws IOException {
    return new TerminalLines(TerminalBuilder.builder().system(true).build());
  }

  @Override
  public Input read(String prompt) {
    synchronized (this) {
      unheard = false;
    }
    try {
      return new Input.Text(reader.readLine(prompt));
    } catch (UserInterruptException e) {
      return new Input.Cancelled();
    } catch (EndOfFileException e) {
      return new Input.End();
    }
  }

  private synchronized void interrupted() {
    if (listener == null) {
      unheard = true;
    } else {
      listener.run();
    }
  }

  @Override
  public synchronized Listening onInterrupt(Runnable interrupt) {
    listener = interrupt;
    if (unheard) {
      unheard = false;
      interrupt.run();
    }
    return this::stopListening;
  }

  private synchronized void stopListening() {
    listener = null;
  }

  @Override
  public void close() throws IOException {
    terminal.close();
  }
}
