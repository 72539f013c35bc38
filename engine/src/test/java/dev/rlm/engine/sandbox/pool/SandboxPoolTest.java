package dev.rlm.engine.sandbox.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Eventually;
import dev.rlm.engine.Seeds;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.Results;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.sandbox.ScriptedRuntime;
import dev.rlm.engine.sandbox.ScriptedSandbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SandboxPoolTest {

  private static final SandboxSpec SPEC =
      new SandboxSpec(new ResourceLimits(ByteSize.mebibytes(512), 50, 1, ByteSize.mebibytes(64)), false, true);
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Duration AT_ONCE = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofSeconds(50);

  private final ScriptedRuntime runtime = ScriptedRuntime.whenTold();
  private final List<SandboxPool> pools = new ArrayList<>();

  @AfterEach
  void close() {
    runtime.end();
    pools.forEach(SandboxPool::close);
  }

  // Filling.

  @Test
  void fillsUpOneAtATimeAndHandsOutWhatWaits() throws Exception {
    SandboxPool pool = pool(2, 4, 10);
    ScriptedRuntime.Making first = runtime.next();
    assertEquals(1, pool.figures().making());
    ScriptedSandbox one = first.succeed();
    runtime.next().succeed();
    Eventually.holds("the pool is full", () -> pool.figures().idle() == 2);
    assertEquals(2, runtime.asked(), "more than the pool keeps");

    SandboxLease lease = pool.take(Deadline.after(LONG));
    assertTrue(lease.warm());
    assertSame(one, lease.sandbox());
    runtime.next();
    assertEquals(new SandboxPool.Figures(2, 1, 1, 1, 0), pool.figures());
  }

  @Test
  void standsBackBehindRunsUntilTheyAreOver() throws Exception {
    SandboxPool pool = pool(1, 4, 10, new SandboxPool.Pace(NEVER, AT_ONCE, NEVER, NEVER));
    runtime.next().succeed();
    Eventually.holds("the pool is full", () -> pool.figures().idle() == 1);
    SandboxLease lease = pool.take(Deadline.after(LONG));
    assertEquals(1, pool.figures().making());
    assertEquals(1, runtime.asked(), "it is made while the run it would disturb is under way");
    lease.close();
    runtime.next();
  }

  @Test
  void standsBackNoLongerWhenSomebodyWaits() throws Exception {
    SandboxPool pool = pool(1, 1, 10, new SandboxPool.Pace(NEVER, AT_ONCE, NEVER, NEVER));
    runtime.next().succeed();
    Eventually.holds("the pool is full", () -> pool.figures().idle() == 1);
    SandboxLease _ = pool.take(Deadline.after(LONG));
    FutureTask<SandboxLease> waiting = take(pool);
    ScriptedSandbox made = runtime.next().succeed();
    assertSame(made, waiting.get().sandbox());
    assertFalse(waiting.get().warm());
  }

  @Test
  void aLongRunDoesNotKeepThePoolEmpty() throws Exception {
    SandboxPool pool = pool(1, 4, 10, new SandboxPool.Pace(AT_ONCE, AT_ONCE, NEVER, NEVER));
    runtime.next().succeed();
    Eventually.holds("the pool is full", () -> pool.figures().idle() == 1);
    SandboxLease _ = pool.take(Deadline.after(LONG));
    runtime.next().succeed();
    Eventually.holds("the pool is full again", () -> pool.figures().idle() == 1);
  }

  // Waiting.

  @Test
  void servesThoseWhoWaitInTheirOrderAndMakesSeveralAtATime() throws Exception {
    SandboxPool pool = pool(0, 2, 10);
    FutureTask<SandboxLease> first = waits(pool, 1);
    FutureTask<SandboxLease> second = waits(pool, 2);
    FutureTask<SandboxLease> third = waits(pool, 3);
    ScriptedRuntime.Making one = runtime.next();
    ScriptedRuntime.Making two = runtime.next();
    assertEquals(new SandboxPool.Figures(0, 0, 2, 0, 3), pool.figures(), "no more than two are made at a time");
    assertSame(two.succeed(), first.get().sandbox(), "whichever comes up first is for who came first");
    assertSame(one.succeed(), second.get().sandbox());
    assertSame(runtime.next().succeed(), third.get().sandbox());
    assertEquals(new SandboxPool.Figures(0, 0, 0, 3, 0), pool.figures());
  }

  @Test
  void aFailureIsHeardByTheOneWhoHasWaitedLongestAlone() throws Exception {
    SandboxPool pool = pool(0, 1, 10);
    FutureTask<SandboxLease> first = waits(pool, 1);
    FutureTask<SandboxLease> second = waits(pool, 2);
    runtime.next().fail("the daemon is down");
    assertEquals("the daemon is down", refusal(first).getMessage());
    assertFalse(second.isDone());
    assertSame(runtime.next().succeed(), second.get().sandbox());
  }

  @Test
  void aFailureThatNobodyWaitedForIsToldToNobodyAndFollowedByAPause() throws Exception {
    SandboxPool pool = pool(1, 1, 10, new SandboxPool.Pace(NEVER, AT_ONCE, NEVER, AT_ONCE));
    runtime.next().fail("the daemon is down");
    Eventually.holds("the making is over", () -> pool.figures().making() == 0);
    FutureTask<SandboxLease> later = take(pool);
    assertSame(runtime.next().succeed(), later.get().sandbox(), "who comes later is served at once");
    assertEquals(2, runtime.asked(), "a daemon that is down is asked again and again");
  }

  @Test
  void fillsUpAgainWhenTheDaemonIsBack() throws Exception {
    SandboxPool pool = pool(1, 1, 10, new SandboxPool.Pace(NEVER, AT_ONCE, AT_ONCE, AT_ONCE));
    for (int i = 0; i < 5; i++) {
      runtime.next().fail("the daemon is down");
    }
    runtime.next().succeed();
    Eventually.holds("the pool is full", () -> pool.figures().idle() == 1);
  }

  @Test
  void faultsOfOurOwnAreToldAndDoNotStopThePool() throws Exception {
    SandboxPool pool = pool(0, 1, 10);
    for (Throwable fault : new Throwable[] {new IllegalStateException("fault"), new StackOverflowError("fault")}) {
      FutureTask<SandboxLease> waiting = take(pool);
      runtime.next().fail(fault);
      assertSame(fault, refusal(waiting).getCause());
    }
    FutureTask<SandboxLease> waiting = take(pool);
    assertSame(runtime.next().succeed(), waiting.get().sandbox());
  }

  @Test
  void whoGivesUpLeavesWhatWasMadeForHimToOthers() throws Exception {
    SandboxPool pool = pool(1, 1, 10, new SandboxPool.Pace(NEVER, AT_ONCE, NEVER, NEVER));
    ScriptedRuntime.Making making = runtime.next();
    SandboxUnavailableException late =
        assertThrows(SandboxUnavailableException.class, () -> pool.take(Deadline.after(AT_ONCE)));
    assertEquals(SandboxUnavailableException.Reason.DAEMON, late.reason());
    Thread impatient = Thread.ofVirtual().unstarted(() -> assertThrows(InterruptedException.class, () -> pool.take(Deadline.after(LONG))));
    impatient.start();
    Eventually.holds("somebody waits", () -> pool.figures().waiting() == 1);
    impatient.interrupt();
    impatient.join();
    assertEquals(0, pool.figures().waiting());
    making.succeed();
    Eventually.holds("it is kept", () -> pool.figures().idle() == 1);
  }

  @Test
  void whatNobodyWantsAnyMoreIsDestroyed() throws Exception {
    SandboxPool pool = pool(0, 1, 10);
    assertThrows(SandboxUnavailableException.class, () -> pool.take(Deadline.after(AT_ONCE)));
    ScriptedSandbox made = runtime.next().succeed();
    Eventually.holds("it is closed", made::closed);
    assertEquals(new SandboxPool.Figures(0, 0, 0, 0, 0), pool.figures());
  }

  // Death.

  @Test
  void aSandboxThatDiedWhileItWaitedIsNotHandedOut() throws Exception {
    SandboxPool pool = pool(1, 1, 10, new SandboxPool.Pace(NEVER, AT_ONCE, NEVER, NEVER));
    ScriptedSandbox dead = runtime.next().succeed();
    Eventually.holds("the pool is full", () -> pool.figures().idle() == 1);
    dead.die();
    FutureTask<SandboxLease> waiting = take(pool);
    assertSame(runtime.next().succeed(), waiting.get().sandbox());
    assertTrue(dead.closed(), "it is left behind");
  }

  @Test
  void aSandboxThatDiedWhileItWaitedIsReplaced() throws Exception {
    SandboxPool pool = pool(1, 1, 10, new SandboxPool.Pace(AT_ONCE, AT_ONCE, NEVER, AT_ONCE));
    ScriptedSandbox dead = runtime.next().succeed();
    Eventually.holds("the pool is full", () -> pool.figures().idle() == 1);
    dead.die();
    runtime.next().succeed();
    assertTrue(dead.closed(), "it is left behind");
  }

  // The ceiling.

  @Test
  void noMoreLiveThanMay() throws Exception {
    SandboxPool pool = pool(0, 4, 2);
    FutureTask<SandboxLease> first = take(pool);
    runtime.next().succeed();
    FutureTask<SandboxLease> second = take(pool);
    runtime.next().succeed();
    first.get();
    second.get();
    SandboxUnavailableException full =
        assertThrows(SandboxUnavailableException.class, () -> pool.take(Deadline.after(Duration.ZERO)));
    assertEquals(SandboxUnavailableException.Reason.CAPACITY, full.reason());
    FutureTask<SandboxLease> third = waits(pool, 1);
    assertEquals(2, runtime.asked());
    first.get().close();
    first.get().close(); // A second time counts for nothing.
    assertEquals(new SandboxPool.Figures(0, 0, 1, 1, 1), pool.figures());
    assertSame(runtime.next().succeed(), third.get().sandbox());
    assertEquals(2, pool.figures().leased());
  }

  @Test
  void aLeaseThatEndsMakesRoomForFillingUp() throws Exception {
    SandboxPool pool = pool(1, 1, 1, new SandboxPool.Pace(AT_ONCE, AT_ONCE, NEVER, NEVER));
    runtime.next().succeed();
    Eventually.holds("the pool is full", () -> pool.figures().idle() == 1);
    SandboxLease lease = pool.take(Deadline.after(LONG));
    assertEquals(0, pool.figures().making());
    lease.close();
    assertTrue(((ScriptedSandbox) lease.sandbox()).closed());
    runtime.next();
  }

  // Closing.

  @Test
  void closingDestroysWhatWaitsAndRefusesWhoWaits() throws Exception {
    SandboxPool pool = pool(1, 1, 2);
    ScriptedSandbox idle = runtime.next().succeed();
    Eventually.holds("the pool is full", () -> pool.figures().idle() == 1);
    SandboxLease leased = pool.take(Deadline.after(LONG));
    FutureTask<SandboxLease> waiting = waits(pool, 1);
    ScriptedRuntime.Making making = runtime.next();
    FutureTask<Boolean> closing =
        new FutureTask<>(
            () -> {
              pool.close();
              return true;
            });
    Thread.startVirtualThread(closing);
    assertEquals(SandboxUnavailableException.Reason.CAPACITY, refusal(waiting).reason());
    assertFalse(closing.isDone(), "it does not wait for what is being made");
    ScriptedSandbox late = making.succeed();
    assertTrue(closing.get());
    assertTrue(late.closed(), "it came up when nobody was there to destroy it");
    assertSame(idle, leased.sandbox());
    assertFalse(idle.closed(), "it is its holder's to close");
    assertThrows(SandboxUnavailableException.class, () -> pool.take(Deadline.after(LONG)));
    assertEquals(new SandboxPool.Figures(1, 0, 0, 1, 0), pool.figures());
  }

  // All of it together.

  @Test
  void holdsItsInvariantsUnderLoadAndLeavesNothing() throws Exception {
    Random random = Seeds.random();
    long seed = random.nextLong();
    ScriptedRuntime quick = ScriptedRuntime.atOnce((_, _, _) -> Results.of(new Outcome.Completed(), Map.of()));
    PoolSettings settings = new PoolSettings(3, 2, 7, LONG);
    SandboxPool pool = new SandboxPool(quick, SPEC, settings, new SandboxPool.Pace(AT_ONCE, AT_ONCE, AT_ONCE, AT_ONCE));
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int caller = 0; caller < 20; caller++) {
        Random own = new Random(seed + caller);
        all.add(callers.submit(() -> useThePool(pool, settings, own)));
      }
      for (Future<?> one : all) {
        one.get(50, TimeUnit.SECONDS);
      }
    }
    Eventually.holds("the pool is full", () -> pool.figures().equals(new SandboxPool.Figures(3, 3, 0, 0, 0)));
    pool.close();
    Eventually.holds("nothing is left", () -> quick.made().stream().allMatch(ScriptedSandbox::closed));
  }

  private static Void useThePool(SandboxPool pool, PoolSettings settings, Random random) throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      Deadline deadline = Deadline.after(random.nextInt(5) == 0 ? Duration.ZERO : LONG);
      try (SandboxLease lease = pool.take(deadline)) {
        ScriptedSandbox sandbox = (ScriptedSandbox) lease.sandbox();
        assertTrue(sandbox.requests().isEmpty(), "it was used before");
        sandbox.execute(Results.request(), (_, _) -> {});
        if (random.nextInt(4) == 0) {
          sandbox.die();
        }
      } catch (SandboxUnavailableException e) {
        assertFalse(e.getMessage().isEmpty());
      }
      SandboxPool.Figures now = pool.figures();
      assertTrue(now.idle() + now.making() + now.leased() <= settings.ceiling(), now::toString);
      assertTrue(now.making() <= settings.parallel(), now::toString);
      assertTrue(now.idle() == 0 || now.waiting() == 0, now::toString);
    }
    return null;
  }

  // Helpers.

  private SandboxPool pool(int size, int parallel, int ceiling) {
    return pool(size, parallel, ceiling, new SandboxPool.Pace(AT_ONCE, AT_ONCE, NEVER, NEVER));
  }

  private SandboxPool pool(int size, int parallel, int ceiling, SandboxPool.Pace pace) {
    SandboxPool pool = new SandboxPool(runtime, SPEC, new PoolSettings(size, parallel, ceiling, LONG), pace);
    pools.add(pool);
    return pool;
  }

  private static FutureTask<SandboxLease> take(SandboxPool pool) {
    FutureTask<SandboxLease> task = new FutureTask<>(() -> pool.take(Deadline.after(LONG)));
    Thread.startVirtualThread(task);
    return task;
  }

  /** Returns when he is one of so many who wait. */
  private static FutureTask<SandboxLease> waits(SandboxPool pool, int waiting) throws Exception {
    FutureTask<SandboxLease> task = take(pool);
    Eventually.holds(waiting + " wait", () -> pool.figures().waiting() == waiting);
    return task;
  }

  private static SandboxUnavailableException refusal(FutureTask<SandboxLease> task) {
    ExecutionException failure = assertThrows(ExecutionException.class, task::get);
    return assertInstanceOf(SandboxUnavailableException.class, failure.getCause());
  }
}
