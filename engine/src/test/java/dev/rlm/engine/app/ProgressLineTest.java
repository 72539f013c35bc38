package dev.rlm.engine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ProgressLineTest {

  private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
  private final AtomicLong now = new AtomicLong(1);
  private final ProgressLine line =
      new ProgressLine(new PrintStream(terminal, true, StandardCharsets.UTF_8), now::get);

  private String drawn() {
    String text = terminal.toString(StandardCharsets.UTF_8);
    terminal.reset();
    return text;
  }

  @Test
  void saysHowMuchHowFarAndHowFast() {
    now.addAndGet(500_000_000);
    line.sent(50_000_000, 200_000_000);
    assertEquals("\rcontext: 50.0 of 200.0 MB, 25 %, 100 MB/s  ", drawn());
    now.addAndGet(500_000_000);
    line.sent(200_000_000, 200_000_000);
    assertEquals("\rcontext: 200.0 of 200.0 MB, 100 %, 200 MB/s" + System.lineSeparator(), drawn());
  }

  @Test
  void drawsAFewTimesASecondAloneAndTheEndOnce() {
    line.sent(1, 1_000);
    drawn();
    now.addAndGet(1_000_000);
    line.sent(2, 1_000);
    assertEquals("", drawn());
    line.sent(1_000, 1_000);
    assertTrue(drawn().contains("100 %"));
    line.sent(1_000, 1_000);
    assertEquals("", drawn());
  }
}
