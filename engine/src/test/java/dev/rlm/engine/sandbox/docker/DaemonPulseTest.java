package dev.rlm.engine.sandbox.docker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Eventually;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DaemonPulseTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  /** What the daemon does when it is asked. */
  private enum State {
    ANSWERS,
    HANGS,
    HANGS_ONCE,
    ANSWERS_OTHERS,
    REFUSES
  }

  private volatile State state = State.ANSWERS;
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger hung = new AtomicInteger();
  private final AtomicInteger givenUp = new AtomicInteger();
  private final DaemonPulse pulse = new DaemonPulse(this::ping, Duration.ofMillis(2), Duration.ofMillis(50));

  private void ping() {
    asked.incrementAndGet();
    switch (state) {
      case ANSWERS -> {}
      case REFUSES -> throw new IllegalStateException("connection refused");
      case HANGS, HANGS_ONCE, ANSWERS_OTHERS -> {
        hung.incrementAndGet();
        if (state == State.ANSWERS_OTHERS) {
          pulse.heard();
        }
        if (state == State.HANGS_ONCE) {
          state = State.ANSWERS;
        }
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          givenUp.incrementAndGet();
        }
      }
    }
  }

  @AfterEach
  void close() {
    pulse.close();
  }

  @Test
  void failsWhatIsUnderWayAndWhatComesNextOnceTheDaemonIsSilent() throws Exception {
    CompletableFuture<String> underWay = new CompletableFuture<>();
    CompletableFuture<String> over = new CompletableFuture<>();
    pulse.watch(over).close();
    try (DaemonPulse.Watch _ = pulse.watch(underWay)) {
      state = State.HANGS;
      ExecutionException failed = assertThrows(ExecutionException.class, underWay::get);
      assertInstanceOf(DaemonPulse.SilentException.class, failed.getCause());
    }
    assertFalse(pulse.answers());
    CompletableFuture<String> next = new CompletableFuture<>();
    pulse.watch(next).close();
    assertTrue(next.isCompletedExceptionally());
    assertFalse(over.isDone());
  }

  @Test
  void takesCallsAgainWhenTheDaemonIsBackAndTellsSo() throws Exception {
    state = State.HANGS;
    Eventually.holds("it is silent", () -> !pulse.answers());
    state = State.ANSWERS;
    assertTrue(pulse.awaitChange(LONG));
    assertTrue(pulse.answers());
    CompletableFuture<String> next = new CompletableFuture<>();
    pulse.watch(next).close();
    assertFalse(next.isDone());
    assertFalse(pulse.awaitChange(Duration.ofMillis(20)), "it came back once");
  }

  @Test
  void asksOnWhileVirtualThreadsHoldEveryProcessor() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch held = new CountDownLatch(Runtime.getRuntime().availableProcessors());
    try {
      for (long left = held.getCount(); left > 0; left--) {
        Thread.ofVirtual()
            .start(
                () -> {
                  held.countDown();
                  while (!over.get()) {
                    Thread.onSpinWait();
                  }
                });
      }
      assertTrue(held.await(LONG.toSeconds(), TimeUnit.SECONDS));
      int before = asked.get();
      Eventually.holds("it was asked several times", () -> asked.get() > before + 4);
    } finally {
      over.set(true);
    }
  }

  @Test
  void aCallerWhoStopsWaitingIsAChange() throws InterruptedException {
    pulse.abandoned();
    pulse.abandoned();
    assertTrue(pulse.awaitChange(LONG));
    assertFalse(pulse.awaitChange(Duration.ofMillis(20)), "both are told of at one time");
  }

  @Test
  void forgivesOneAnswerThatIsLate() throws Exception {
    CompletableFuture<String> underWay = new CompletableFuture<>();
    try (DaemonPulse.Watch _ = pulse.watch(underWay)) {
      for (int late = 0; late < 5; late++) {
        state = State.HANGS_ONCE;
        Eventually.holds("it answers again", () -> state == State.ANSWERS);
        int before = asked.get();
        Eventually.holds("it was asked again", () -> asked.get() > before + 1);
      }
    }
    assertTrue(pulse.answers());
    assertFalse(underWay.isDone());
  }

  @Test
  void takesADaemonThatAnswersOtherThingsForLateAndNotForSilent() throws Exception {
    state = State.ANSWERS_OTHERS;
    int before = asked.get();
    Eventually.holds("it was asked several times", () -> asked.get() > before + 4);
    assertTrue(pulse.answers());
    state = State.HANGS;
    Eventually.holds("it is silent", () -> !pulse.answers());
  }

  @Test
  void leavesCallsToADaemonThatRefusesToFailByThemselvesAndNoticesItsReturn() throws Exception {
    state = State.REFUSES;
    int before = asked.get();
    Eventually.holds("it was refused", () -> asked.get() > before + 1);
    assertTrue(pulse.answers());
    state = State.ANSWERS;
    assertTrue(pulse.awaitChange(LONG));
  }

  @Test
  void leavesNoPingBehindThatHangs() throws Exception {
    state = State.HANGS;
    Eventually.holds("pings are given up", () -> givenUp.get() >= 3);
    pulse.close();
    Eventually.holds("the last one too", () -> givenUp.get() == hung.get());
  }
}
