package dev.rlm.engine.app;

import dev.rlm.engine.client.UploadProgress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** One line on a terminal that says how far an upload is, drawn anew a few times a second. Used by one thread at a time. */
final class ProgressLine implements UploadProgress {

  private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();
  private static final double MEGABYTE = 1e6;

  private final PrintStream terminal;
  private final LongSupplier nanoTime;
  private final long started;
  private long drawn;
  private boolean done;

  ProgressLine(PrintStream terminal) {
    this(terminal, System::nanoTime);
  }

  ProgressLine(PrintStream terminal, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.nanoTime = nanoTime;
    this.started = nanoTime.getAsLong();
    this.drawn = started - REDRAW_NANOS;
  }

  @Override
  public void sent(long sent, long total) {
    long now = nanoTime.getAsLong();
    boolean complete = sent >= total;
    if (done || (!complete && now - drawn < REDRAW_NANOS)) {
      return;
    }
    drawn = now;
    done = complete;
    double seconds = Math.max(now - started, 1) / 1e9;
    terminal.printf(
        Locale.ROOT,
        "\rcontext: %.1f of %.1f MB, %d %%, %.0f MB/s%s",
        sent / MEGABYTE,
        total / MEGABYTE,
        total == 0 ? 100 : 100 * sent / total,
        sent / MEGABYTE / seconds,
        complete ? System.lineSeparator() : "  ");
    terminal.flush();
  }
}
