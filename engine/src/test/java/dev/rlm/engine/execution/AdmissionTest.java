package dev.rlm.engine.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class AdmissionTest {

  private static final Duration LONG = Duration.ofSeconds(50);

  @Test
  void letsAsManyRunAsMayRun() throws Exception {
    Admission admission = new Admission(2, 0);
    Admission.Permit one = admission.acquire(now());
    Admission.Permit two = admission.acquire(now());
    assertEquals(2, admission.admitted());
    assertEquals(OverloadedException.Reason.QUEUE_FULL, refused(admission).reason());
    one.close();
    assertEquals(1, admission.admitted());
    admission.acquire(now()).close();
    two.close();
    assertEquals(0, admission.admitted());
  }

  @Test
  void refusesAtOnceWhenTheQueueIsFull() throws Exception {
    Admission admission = new Admission(1, 1);
    Admission.Permit running = admission.acquire(now());
    FutureTask<Admission.Permit> waiting = waiting(admission, LONG);
    OverloadedException e = assertThrows(OverloadedException.class, () -> admission.acquire(Deadline.after(LONG)));
    assertEquals(OverloadedException.Reason.QUEUE_FULL, e.reason());
    assertTrue(e.retryAfter().isPositive());
    assertEquals(2, admission.admitted());
    running.close();
    waiting.get(30, TimeUnit.SECONDS).close();
    assertEquals(0, admission.admitted());
  }

  @Test
  void refusesWhoWaitedAsLongAsItMay() throws Exception {
    Admission admission = new Admission(1, 1);
    try (Admission.Permit _ = admission.acquire(now())) {
      OverloadedException e =
          assertThrows(OverloadedException.class, () -> admission.acquire(Deadline.after(Duration.ofMillis(5))));
      assertEquals(OverloadedException.Reason.QUEUE_TIMEOUT, e.reason());
      assertEquals(1, admission.admitted(), "its place in the queue is free again");
    }
  }

  @Test
  void letsInWhoCameFirst() throws Exception {
    Admission admission = new Admission(1, 10);
    Admission.Permit running = admission.acquire(now());
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      int number = i;
      Thread thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (Admission.Permit _ = admission.acquire(Deadline.after(LONG))) {
                      order.add(number);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      threads.add(thread);
      awaitWaiting(thread);
    }
    running.close();
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), order);
  }

  @Test
  void letsNobodyOvertakeWhoWaits() throws Exception {
    Admission admission = new Admission(1, 2);
    for (int round = 0; round < 20; round++) {
      Admission.Permit running = admission.acquire(now());
      List<String> order = Collections.synchronizedList(new ArrayList<>());
      FutureTask<Boolean> waiting =
          new FutureTask<>(
              () -> {
                try (Admission.Permit _ = admission.acquire(Deadline.after(LONG))) {
                  return order.add("who waited");
                }
              });
      awaitWaiting(Thread.ofPlatform().start(waiting));
      running.close();
      try (Admission.Permit _ = admission.acquire(Deadline.after(LONG))) {
        order.add("who came last");
      }
      waiting.get(30, TimeUnit.SECONDS);
      assertEquals(List.of("who waited", "who came last"), order);
    }
  }

  @Test
  void neverLetsMoreRunThanMayRun() throws Exception {
    Admission admission = new Admission(3, 1_000);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Admission.Permit _ = admission.acquire(Deadline.after(LONG))) {
                      most.accumulateAndGet(running.incrementAndGet(), Math::max);
                      Thread.onSpinWait();
                      running.decrementAndGet();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertTrue(most.get() <= 3, () -> most + " ran at one time");
    assertEquals(0, admission.admitted());
  }

  @Test
  void freesThePlaceOfWhoIsInterrupted() throws Exception {
    Admission admission = new Admission(1, 1);
    try (Admission.Permit _ = admission.acquire(now())) {
      FutureTask<Admission.Permit> waiting = new FutureTask<>(() -> admission.acquire(Deadline.after(LONG)));
      Thread thread = Thread.ofPlatform().start(waiting);
      awaitWaiting(thread);
      thread.interrupt();
      ExecutionException e = assertThrows(ExecutionException.class, () -> waiting.get(30, TimeUnit.SECONDS));
      assertTrue(e.getCause() instanceof InterruptedException, e::toString);
      assertEquals(1, admission.admitted());
    }
  }

  @Test
  void letsNobodyInOnceItStops() throws Exception {
    Admission admission = new Admission(1, 1);
    Admission.Permit running = admission.acquire(now());
    FutureTask<Admission.Permit> waiting = waiting(admission, LONG);
    admission.close();
    assertEquals(OverloadedException.Reason.STOPPING, refused(admission).reason());
    running.close();
    ExecutionException e = assertThrows(ExecutionException.class, () -> waiting.get(30, TimeUnit.SECONDS));
    assertEquals(
        OverloadedException.Reason.STOPPING, assertInstanceOf(OverloadedException.class, e.getCause()).reason());
    assertEquals(0, admission.admitted());
  }

  @Test
  void isIdleWhenNothingRunsAndNotBefore() throws Exception {
    Admission admission = new Admission(2, 1);
    Admission.Permit running = admission.acquire(now());
    admission.close();
    assertFalse(admission.awaitIdle(now()));
    running.close();
    assertTrue(admission.awaitIdle(now()));
    assertTrue(admission.awaitIdle(now()), "it stays idle");
  }

  @Test
  void waitsForTheLastOne() throws Exception {
    Admission admission = new Admission(1, 0);
    Admission.Permit running = admission.acquire(now());
    FutureTask<Boolean> idle = new FutureTask<>(() -> admission.awaitIdle(Deadline.after(LONG)));
    Thread thread = Thread.ofPlatform().start(idle);
    awaitWaiting(thread);
    running.close();
    assertTrue(idle.get(30, TimeUnit.SECONDS));
  }

  @Test
  void countsWaitingTimeAsTheExecutionsOwn() throws Exception {
    Admission admission = new Admission(1, 1);
    Executor executor =
        new AdmittingExecutor(admission, LONG, (_, _, _) -> Executions.of(new Outcome.Completed()));
    Admission.Permit running = admission.acquire(now());
    FutureTask<Execution> execution =
        new FutureTask<>(() -> Executions.run(executor, new ExecutionCommand("", Optional.empty(), LONG, HostCalls.NONE)));
    Thread thread = Thread.ofPlatform().start(execution);
    awaitWaiting(thread);
    long since = System.nanoTime();
    while (System.nanoTime() - since < 2_000_000) {
      Thread.onSpinWait();
    }
    long least = System.nanoTime() - since;
    running.close();
    Execution.Timing timing = execution.get(30, TimeUnit.SECONDS).timing();
    assertTrue(timing.queued().toNanos() >= least, timing::toString);
    assertEquals(Duration.ofMillis(250), timing.start());
    assertEquals(0, admission.admitted());
  }

  @Test
  void givesThePermitBackWhenTheExecutionFails() {
    Admission admission = new Admission(1, 0);
    Executor executor =
        new AdmittingExecutor(
            admission,
            LONG,
            (_, _, _) -> {
              throw new IllegalStateException("fault");
            });
    for (int i = 0; i < 3; i++) {
      assertThrows(
          IllegalStateException.class,
          () -> Executions.run(executor, new ExecutionCommand("", Optional.empty(), LONG, HostCalls.NONE)));
      assertEquals(0, admission.admitted());
    }
  }

  @Test
  void doesNotAskTheNextLayerWhereThereIsNoRoom() throws Exception {
    Admission admission = new Admission(1, 0);
    Executor executor =
        new AdmittingExecutor(
            admission,
            LONG,
            (_, _, _) -> {
              throw new AssertionError("there was no room");
            });
    try (Admission.Permit _ = admission.acquire(now())) {
      assertThrows(
          OverloadedException.class,
          () -> Executions.run(executor, new ExecutionCommand("", Optional.empty(), LONG, HostCalls.NONE)));
    }
  }

  private static FutureTask<Admission.Permit> waiting(Admission admission, Duration time) {
    FutureTask<Admission.Permit> waiting = new FutureTask<>(() -> admission.acquire(Deadline.after(time)));
    awaitWaiting(Thread.ofPlatform().start(waiting));
    return waiting;
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      assertTrue(thread.getState() != Thread.State.TERMINATED, "it did not wait");
      Thread.onSpinWait();
    }
  }

  private static OverloadedException refused(Admission admission) {
    return assertThrows(OverloadedException.class, () -> admission.acquire(now()));
  }

  private static Deadline now() {
    return Deadline.after(Duration.ZERO);
  }
}
