package dev.rlm.engine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rlm.engine.client.Event;
import dev.rlm.engine.client.Problem;
import dev.rlm.engine.client.RunningCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EventPrinterTest {

  private static final Event.Ended COMPLETED = new Event.Ended("completed", Optional.of(0));

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final EventPrinter printer = new EventPrinter(out, err);

  private static Event out(String text) {
    return new Event.Output(Event.Stream.STDOUT, text);
  }

  /** Code that does what it is told, and lets a test look at what was printed before each event. */
  private static final class Scripted implements RunningCode {

    private final Deque<Event> events;
    private final Runnable before;

    Scripted(Runnable before, Event... events) {
      this.before = before;
      this.events = new ArrayDeque<>(List.of(events));
    }

    @Override
    public Event next() {
      before.run();
      return events.removeFirst();
    }

    @Override
    public void interrupt() {}

    @Override
    public void close() {}
  }

  private EventPrinter.Ending print(Event... events) throws InterruptedException {
    return printer.print(new Scripted(() -> {}, events));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String complained() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void printsOutputAsItComes() throws Exception {
    List<String> seen = new ArrayList<>();
    printer.print(new Scripted(() -> seen.add(printed()), out("a"), out("ü"), COMPLETED));
    assertEquals(List.of("", "a", "aü"), seen);
  }

  @Test
  void printsEachStreamToItsOwnAndTheValueLikeARepl() throws Exception {
    EventPrinter.Ending ending =
        print(
            new Event.Started("e"),
            out("one\n"),
            new Event.Output(Event.Stream.STDERR, "two\n"),
            new Event.Other(),
            new Event.Result("'three'"),
            COMPLETED);
    assertEquals(new EventPrinter.Ending.Over(COMPLETED), ending);
    assertEquals("one\n'three'\n", printed());
    assertEquals("two\n", complained());
  }

  @Test
  void printsTheTracebackLast() throws Exception {
    print(out("a\n"), new Event.Failed("E", "v", "Traceback\nE: v\n"), new Event.Ended("raised", Optional.of(1)));
    assertEquals("Traceback\nE: v\n", complained());
  }

  @Test
  void namesAnErrorThatHasNoTraceback() throws Exception {
    print(new Event.Failed("MemoryLimitExceeded", "512m", ""), new Event.Ended("out_of_memory", Optional.of(137)));
    assertEquals("MemoryLimitExceeded: 512m\n", complained());
  }

  @Test
  void saysNothingOfSysExit() throws Exception {
    print(new Event.Failed("SystemExit", "3", "Traceback"), new Event.Ended("exited", Optional.of(3)));
    assertEquals("", complained());
  }

  @Test
  void handsOverWhyItDidNotRun() throws Exception {
    Event.Refused refused = new Event.Refused(new Problem(410, "session_gone", "gone"));
    assertEquals(new EventPrinter.Ending.Refused(refused), print(refused));
  }

  @Test
  void stopsWhenNobodyReads() throws Exception {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    EventPrinter.Ending ending =
        new EventPrinter(closed, err).print(new Scripted(() -> {}, out("a"), out("never asked for")));
    assertEquals(new EventPrinter.Ending.NobodyReads(), ending);
  }

  @ParameterizedTest
  @CsvSource({
    "completed, 0, 0",
    "raised, 1, 1",
    "exited, 7, 7",
    "out_of_memory, 137, 137",
    "process_limit, 1, 1",
    "timed_out, , 124",
    "output_limit, , 125",
    "sandbox_lost, , 125",
    "something new, , 125"
  })
  void endsWithTheStatusOfTheCode(String outcome, Integer exitCode, int status) {
    assertEquals(status, ExitStatus.of(new Event.Ended(outcome, Optional.ofNullable(exitCode))));
  }
}
