package dev.rlm.engine.app;

import dev.rlm.engine.client.Event;
import dev.rlm.engine.client.RunningCode;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Prints what code does, as it does it: as if it ran here. */
final class EventPrinter {

  private static final String EXITED = "exited";

  private final PrintStream out;
  private final PrintStream err;

  EventPrinter(OutputStream out, OutputStream err) {
    this.out = new PrintStream(out, false, StandardCharsets.UTF_8);
    this.err = new PrintStream(err, false, StandardCharsets.UTF_8);
  }

  /** Returns a printer to the process's own streams. */
  static EventPrinter toProcess() {
    return new EventPrinter(new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
  }

  /** How printing ended. */
  sealed interface Ending {

    /** The code ended. */
    record Over(Event.Ended how) implements Ending {}

    /** It did not run. */
    record Refused(Event.Refused why) implements Ending {}

    /** Nobody reads what it prints any more; it may still run. */
    record NobodyReads() implements Ending {}
  }

  /**
   * Prints all that a piece of code does.
   *
   * @throws dev.rlm.engine.client.ClientException when the connection broke
   */
  Ending print(RunningCode running) throws InterruptedException {
    Event.@Nullable Failed failed = null;
    while (true) {
      switch (running.next()) {
        case Event.Output(Event.Stream stream, String text) -> (stream == Event.Stream.STDOUT ? out : err).print(text);
        case Event.Result(String value) -> out.println(value);
        case Event.Failed failure -> failed = failure;
        case Event.Ended ended -> {
          if (failed != null && !ended.outcome().equals(EXITED)) {
            err.println(failed.traceback().isEmpty() ? failed.name() + ": " + failed.value() : failed.traceback().stripTrailing());
          }
          flush();
          return new Ending.Over(ended);
        }
        case Event.Refused refused -> {
          flush();
          return new Ending.Refused(refused);
        }
        case Event.Started _, Event.Call _, Event.Other _ -> {} // It offers no functions.
      }
      if (!flush()) {
        return new Ending.NobodyReads();
      }
    }
  }

  /** Prints a remark that is not the code's. */
  void note(String text) {
    err.println(text);
    err.flush();
  }

  /** Returns whether what was printed got anywhere. */
  private boolean flush() {
    err.flush();
    return !out.checkError();
  }
}
