package dev.rlm.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Eventually;
import dev.rlm.engine.execution.ContextHolds;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.ExecutionListener;
import dev.rlm.engine.execution.Executor;
import dev.rlm.engine.execution.SandboxExecutor;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.ExecutionRequest;
import dev.rlm.engine.sandbox.ExecutionResult;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.OutputListener;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.Results;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.sandbox.ScriptedRuntime;
import dev.rlm.engine.sandbox.ScriptedSandbox;
import dev.rlm.engine.sandbox.pool.PoolSettings;
import dev.rlm.engine.sandbox.pool.SandboxPool;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class SessionRegistryTest {

  private static final String ALICE = "alice";
  private static final String BOB = "bob";
  private static final Duration TTL = Duration.ofMinutes(10);
  private static final GuestContext CONTEXT = new GuestContext.Json("{\"n\":1}");
  private static final SandboxSpec SPEC =
      new SandboxSpec(new ResourceLimits(ByteSize.mebibytes(512), 50, 1, ByteSize.mebibytes(64)), false, true);

  private volatile ScriptedSandbox.Script script = (_, _, _) -> Results.of(new Outcome.Completed(), Map.of());
  private final ScriptedRuntime runtime =
      ScriptedRuntime.atOnce((sandbox, request, listener) -> script.execute(sandbox, request, listener));
  private final SandboxPool pool = new SandboxPool(runtime, SPEC, new PoolSettings(0, 2, 5, Duration.ofSeconds(30)));
  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger held = new AtomicInteger();
  private final ContextHolds holds =
      _ -> {
        held.incrementAndGet();
        return held::decrementAndGet;
      };
  private final SessionRegistry registry = registry(new SandboxExecutor(Isolation.NONE, 1_000, Duration.ofSeconds(30)));

  private SessionRegistry registry(Executor executor) {
    return new SessionRegistry(
        pool,
        Egress.of(List.of("a-secret-of-the-engine")),
        executor,
        new SessionRegistry.Options(3, TTL, Duration.ofSeconds(30)),
        () -> Instant.EPOCH,
        holds,
        now::get);
  }

  @AfterEach
  void close() {
    registry.close();
    pool.close();
  }

  // Opening, finding, ending.

  @Test
  void aSessionIsItsOwnersAlone() throws Exception {
    Session session = registry.open(ALICE, Optional.empty());
    assertSame(session, registry.find(ALICE, session.id().value()));
    assertEquals(List.of(session), registry.list(ALICE));
    assertEquals(List.of(), registry.list(BOB));
    String unknown = refused(SessionException.Reason.UNKNOWN, () -> registry.find(BOB, SessionId.random().value()));
    assertEquals(unknown, refused(SessionException.Reason.UNKNOWN, () -> registry.find(BOB, session.id().value())));
    assertEquals(unknown, refused(SessionException.Reason.UNKNOWN, () -> registry.find(ALICE, "../etc")));
    registry.close(BOB, session.id().value());
    assertSame(session, registry.find(ALICE, session.id().value()), "a stranger ended it");
    registry.close(ALICE, session.id().value());
    assertEquals(unknown, refused(SessionException.Reason.UNKNOWN, () -> registry.find(BOB, session.id().value())));
    assertTrue(gone(session).contains("it was closed"));
    registry.close(ALICE, session.id().value());
    registry.close(ALICE, "no id");
    assertEquals(List.of(), registry.list(ALICE));
    assertTrue(runtime.made().getFirst().closed());
    assertEquals(0, pool.figures().leased());
  }

  @Test
  void thereAreNoMoreThanMayBe() throws Exception {
    Session first = registry.open(ALICE, Optional.empty());
    registry.open(BOB, Optional.empty());
    registry.open(BOB, Optional.empty());
    assertEquals(3, registry.count());
    refused(SessionException.Reason.TOO_MANY, () -> registry.open(ALICE, Optional.empty()));
    registry.close(ALICE, first.id().value());
    assertNotEquals(first.id(), registry.open(ALICE, Optional.empty()).id());
    assertEquals(3, registry.count());
  }

  @Test
  void aSessionThatCouldNotBeOpenedTakesNoPlace() {
    pool.close();
    assertThrows(SandboxUnavailableException.class, () -> registry.open(ALICE, Optional.of(CONTEXT)));
    assertEquals(0, registry.count());
    assertEquals(0, held.get());
  }

  @Test
  void endsWhatIsNotUsedAndRemembersWhy() throws Exception {
    Session session = registry.open(ALICE, Optional.empty());
    Session used = registry.open(ALICE, Optional.empty());
    pass(TTL);
    run(used, "1");
    registry.expireNow();
    assertEquals(2, registry.count());
    pass(Duration.ofSeconds(1));
    assertTrue(gone(session).contains("it was not used for 600 s"), "also before the next round");
    assertEquals(1, registry.count());
    assertSame(used, registry.find(ALICE, used.id().value()));
    pass(Duration.ofMinutes(59));
    registry.expireNow();
    assertTrue(gone(session).contains("it was not used for 600 s"));
    pass(Duration.ofMinutes(2));
    registry.expireNow();
    refused(SessionException.Reason.UNKNOWN, () -> registry.find(ALICE, session.id().value()));
  }

  @Test
  void aSessionInUseDoesNotExpire() throws Exception {
    Session session = registry.open(ALICE, Optional.empty());
    Blocked blocked = new Blocked();
    FutureTask<Execution> running = start(session, command("wait", Duration.ofSeconds(30)));
    blocked.entered.await();
    pass(TTL.multipliedBy(5));
    registry.expireNow();
    assertEquals(Duration.ZERO, session.idle());
    blocked.release();
    assertTrue(running.get().success());
    registry.expireNow();
    assertSame(session, registry.find(ALICE, session.id().value()));
    pass(Duration.ofSeconds(3));
    assertEquals(Duration.ofSeconds(3), session.idle());
    assertEquals(1, session.executions());
  }

  @Test
  void rememberedIsABoundedNumber() {
    EndedSessions ended = new EndedSessions(TTL);
    SessionId first = SessionId.random();
    ended.add(first, ALICE, "first", 0);
    for (int i = 1; i < EndedSessions.MAX_REMEMBERED; i++) {
      ended.add(SessionId.random(), ALICE, "later", 0);
    }
    assertEquals(Optional.of("first"), ended.cause(first, ALICE));
    assertEquals(Optional.empty(), ended.cause(first, BOB));
    ended.add(SessionId.random(), ALICE, "one more", 0);
    assertEquals(Optional.empty(), ended.cause(first, ALICE));
  }

  @Test
  void stoppingEndsAllAndOpensNoMore() throws Exception {
    Session session = registry.open(ALICE, Optional.empty());
    registry.close();
    assertTrue(runtime.made().getFirst().closed());
    assertTrue(gone(session).contains("the engine was stopped"));
    refused(SessionException.Reason.STOPPING, () -> registry.open(ALICE, Optional.empty()));
    assertEquals(0, registry.count());
  }

  // What ends a session.

  @ParameterizedTest
  @ValueSource(strings = {"out_of_memory", "timed_out", "exited", "output_limit", "sandbox_lost"})
  void anExecutionThatKillsTheSandboxIsTheCauseFromThenOn(String label) throws Exception {
    Outcome outcome =
        switch (label) {
          case "out_of_memory" -> new Outcome.OutOfMemory(ByteSize.mebibytes(512));
          case "timed_out" -> new Outcome.TimedOut(Duration.ofSeconds(1), false);
          case "exited" -> new Outcome.Exited(3);
          case "output_limit" -> new Outcome.OutputLimit(ByteSize.mebibytes(64));
          default -> new Outcome.SandboxLost("it fell");
        };
    Session session = registry.open(ALICE, Optional.empty());
    script = dying(outcome);
    assertEquals(label, run(session, "x").outcome().label());
    assertTrue(gone(session).contains("ended with " + label), gone(session));
    assertTrue(refused(SessionException.Reason.GONE, () -> run(session, "1")).contains("ended with " + label));
    assertEquals(0, registry.count());
    assertEquals(0, pool.figures().leased());
  }

  @Test
  void whatTheSandboxSurvivesTheSessionDoes() throws Exception {
    Session session = registry.open(ALICE, Optional.empty());
    for (Outcome outcome :
        List.of(
            new Outcome.Raised(new ExecutionError("E", "", "")),
            new Outcome.TimedOut(Duration.ofSeconds(1), true),
            new Outcome.Exited(1),
            new Outcome.ProcessLimit(50, Optional.empty()))) {
      script = (_, _, _) -> Results.of(outcome, Map.of());
      assertEquals(outcome.label(), run(session, "x").outcome().label());
      assertSame(session, registry.find(ALICE, session.id().value()));
    }
    assertEquals(1, runtime.made().size());
  }

  @Test
  void aSandboxThatDiesWhileNothingRunsIsACauseToo() throws Exception {
    Session session = registry.open(ALICE, Optional.empty());
    runtime.made().getFirst().die();
    assertTrue(gone(session).contains("while nothing ran in it"));
    Session other = registry.open(ALICE, Optional.empty());
    runtime.made().get(1).die();
    assertEquals(List.of(), registry.list(ALICE));
    assertTrue(gone(other).contains("while nothing ran in it"));
    assertEquals(0, registry.count());
  }

  @Test
  void codeThatIsAbandonedAndDoesNotStopEndsTheSession() throws Exception {
    Session session = registry.open(ALICE, Optional.empty());
    script =
        (sandbox, _, _) -> {
          sandbox.die();
          throw new InterruptedException();
        };
    assertThrows(InterruptedException.class, () -> run(session, "x"));
    assertTrue(gone(session).contains("did not stop when it was interrupted"));
    Session kept = registry.open(ALICE, Optional.empty());
    script =
        (_, _, _) -> {
          throw new InterruptedException();
        };
    assertThrows(InterruptedException.class, () -> run(kept, "x"));
    assertSame(kept, registry.find(ALICE, kept.id().value()));
  }

  @Test
  void endingASessionRefusesThoseWhoWait() throws Exception {
    Session session = registry.open(ALICE, Optional.empty());
    Blocked blocked = new Blocked();
    FutureTask<Execution> running = start(session, command("wait", Duration.ofSeconds(30)));
    blocked.entered.await();
    FutureTask<Execution> waiting = start(session, command("2", Duration.ofSeconds(30)));
    registry.close(ALICE, session.id().value());
    assertTrue(runtime.made().getFirst().closed(), "what runs is not waited for");
    blocked.release();
    assertTrue(running.get().success());
    assertEquals(SessionException.Reason.GONE, reason(waiting));
  }

  // Turns.

  @Test
  void executionsTakeTurnsInTheirOrder() throws Exception {
    Session session = registry.open(ALICE, Optional.empty());
    Blocked blocked = new Blocked();
    FutureTask<Execution> running = start(session, command("0", Duration.ofSeconds(30)));
    blocked.entered.await();
    List<FutureTask<Execution>> waiting = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      FutureTask<Execution> one = task(session, command(Integer.toString(i), Duration.ofSeconds(30)));
      Thread thread = Thread.startVirtualThread(one);
      Eventually.holds("it waits", () -> thread.getState() == Thread.State.TIMED_WAITING);
      waiting.add(one);
      threads.add(thread);
    }
    blocked.release();
    running.get();
    for (FutureTask<Execution> one : waiting) {
      one.get();
    }
    assertEquals(
        List.of("0", "1", "2", "3", "4", "5"),
        runtime.made().getFirst().requests().stream().map(ExecutionRequest::code).toList());
  }

  @Test
  void whoWaitsDoesSoNoLongerThanHisCodeMayTake() throws Exception {
    Session session = registry.open(ALICE, Optional.empty());
    Blocked blocked = new Blocked();
    FutureTask<Execution> running = start(session, command("wait", Duration.ofSeconds(30)));
    blocked.entered.await();
    refused(SessionException.Reason.BUSY, () -> run(session, command("2", Duration.ofMillis(1))));
    blocked.release();
    running.get();
    assertEquals(1, runtime.made().getFirst().requests().size());
    assertTrue(run(session, "3").success(), "a turn was lost");
  }

  @Test
  void noMoreWaitThanMay() throws Exception {
    Session session = registry.open(ALICE, Optional.empty());
    Blocked blocked = new Blocked();
    FutureTask<Execution> running = start(session, command("wait", Duration.ofSeconds(30)));
    blocked.entered.await();
    List<FutureTask<Execution>> waiting = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < Session.MAX_WAITING; i++) {
      FutureTask<Execution> one = task(session, command("1", Duration.ofSeconds(30)));
      threads.add(Thread.startVirtualThread(one));
      waiting.add(one);
    }
    for (Thread thread : threads) {
      Eventually.holds("it waits", () -> thread.getState() == Thread.State.TIMED_WAITING);
    }
    refused(SessionException.Reason.BUSY, () -> run(session, command("1", Duration.ofSeconds(30))));
    threads.getFirst().interrupt();
    assertInstanceOf(InterruptedException.class, assertThrows(ExecutionException.class, waiting.getFirst()::get).getCause());
    blocked.release();
    running.get();
    for (FutureTask<Execution> one : waiting.subList(1, waiting.size())) {
      assertTrue(one.get().success());
    }
  }

  @Test
  void whoWaitsForHisTurnIsNotAdmittedYet() throws Exception {
    AtomicInteger admitted = new AtomicInteger();
    Executor inner = new SandboxExecutor(Isolation.NONE, 1_000, Duration.ofSeconds(30));
    try (SessionRegistry counting =
        registry(
            (command, source, listener) -> {
              admitted.incrementAndGet();
              return inner.execute(command, source, listener);
            })) {
      Session session = counting.open(ALICE, Optional.empty());
      Blocked blocked = new Blocked();
      FutureTask<Execution> running = start(counting, session, command("wait", Duration.ofSeconds(30)));
      blocked.entered.await();
      FutureTask<Execution> waiting = task(counting, session, command("2", Duration.ofSeconds(30)));
      Thread thread = Thread.startVirtualThread(waiting);
      Eventually.holds("it waits", () -> thread.getState() == Thread.State.TIMED_WAITING);
      assertEquals(1, admitted.get());
      pass(Duration.ofSeconds(2));
      blocked.release();
      running.get();
      assertEquals(Duration.ofSeconds(2), waiting.get().timing().queued());
      assertEquals(2, admitted.get());
    }
  }

  // Contexts.

  @Test
  void theFirstExecutionBindsTheContextAndNoOther() throws Exception {
    Session session = registry.open(ALICE, Optional.of(CONTEXT));
    run(session, "1");
    run(session, "2");
    assertEquals(List.of(Optional.of(CONTEXT), Optional.empty()), contexts());
  }

  @Test
  void twoThatComeAtTheSameTimeDoNotBothBindIt() throws Exception {
    Session session = registry.open(ALICE, Optional.of(CONTEXT));
    Blocked blocked = new Blocked();
    FutureTask<Execution> first = start(session, command("1", Duration.ofSeconds(30)));
    blocked.entered.await();
    FutureTask<Execution> second = start(session, command("2", Duration.ofSeconds(30)));
    blocked.release();
    first.get();
    second.get();
    assertEquals(List.of(Optional.of(CONTEXT), Optional.empty()), contexts());
  }

  @Test
  void anExecutionThatWasNeverBegunDoesNotUseItUp() throws Exception {
    List<RuntimeException> failures = new CopyOnWriteArrayList<>();
    Executor inner = new SandboxExecutor(Isolation.NONE, 1_000, Duration.ofSeconds(30));
    try (SessionRegistry refusing =
        registry(
            (command, source, listener) -> {
              if (failures.isEmpty()) {
                return inner.execute(command, source, listener);
              }
              throw failures.removeFirst();
            })) {
      Session session = refusing.open(ALICE, Optional.of(CONTEXT));
      failures.add(new SandboxUnavailableException(SandboxUnavailableException.Reason.DAEMON, "not admitted"));
      assertThrows(SandboxUnavailableException.class, () -> refusing.execute(session, command("0"), ExecutionListener.NONE));
      script =
          (_, _, _) -> {
            throw new SandboxUnavailableException(SandboxUnavailableException.Reason.RUNTIME, "not delivered");
          };
      assertThrows(SandboxUnavailableException.class, () -> refusing.execute(session, command("1"), ExecutionListener.NONE));
      script = (_, _, _) -> Results.of(new Outcome.Completed(), Map.of());
      refusing.execute(session, command("2"), ExecutionListener.NONE);
      assertEquals(List.of(Optional.of(CONTEXT), Optional.of(CONTEXT)), contexts());
    }
  }

  @Test
  void anExecutionMayBringAContextOfItsOwn() throws Exception {
    Session session = registry.open(ALICE, Optional.of(CONTEXT));
    GuestContext own = new GuestContext.Json("2");
    ExecutionCommand command = new ExecutionCommand("1", Optional.of(own), Duration.ofSeconds(5), HostCalls.NONE);
    registry.execute(session, command, ExecutionListener.NONE);
    run(session, "2");
    assertEquals(List.of(Optional.of(own), Optional.empty()), contexts());
  }

  @Test
  void storedContextsAreHeldUntilTheSessionEnds() throws Exception {
    GuestContext stored = new GuestContext.Stored("0".repeat(64), Path.of("/dev/null"), Optional.empty(), true, 0, 0);
    Session session = registry.open(ALICE, Optional.of(stored));
    assertEquals(1, held.get());
    ExecutionCommand again = new ExecutionCommand("1", Optional.of(stored), Duration.ofSeconds(5), HostCalls.NONE);
    registry.execute(session, again, ExecutionListener.NONE);
    assertEquals(1, held.get());
    registry.close(ALICE, session.id().value());
    assertEquals(0, held.get());
  }

  // What leaves.

  @Test
  void variablesAreFilteredOnTheirWayOut() throws Exception {
    Session session = registry.open(ALICE, Optional.empty());
    ScriptedSandbox sandbox = runtime.made().getFirst();
    sandbox.has(Optional.of(Map.of("x", "int", "a-secret-of-the-engine", "str")));
    Map<String, String> variables = session.variables().orElseThrow();
    assertEquals("int", variables.get("x"));
    assertEquals(2, variables.size());
    assertFalse(variables.toString().contains("a-secret-of-the-engine"), variables::toString);
    sandbox.has(Optional.empty());
    assertEquals(Optional.empty(), session.variables());
  }

  @Test
  void anInterruptIsForTheExecutionThatItNames() throws Exception {
    Session session = registry.open(ALICE, Optional.empty());
    session.interrupt("42");
    assertEquals(List.of("42"), runtime.made().getFirst().interrupted());
  }

  // Helpers.

  /** Makes executions wait until they are released. */
  private final class Blocked {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CompletableFuture<Boolean> released = new CompletableFuture<>();

    Blocked() {
      script =
          (_, _, _) -> {
            entered.countDown();
            assertTrue(released.join());
            return Results.of(new Outcome.Completed(), Map.of());
          };
    }

    void release() {
      released.complete(true);
    }
  }

  private static ScriptedSandbox.Script dying(Outcome outcome) {
    return (ScriptedSandbox sandbox, ExecutionRequest _, OutputListener _) -> {
      sandbox.die();
      ExecutionResult result = Results.of(outcome, Map.of());
      return result;
    };
  }

  private List<Optional<GuestContext>> contexts() {
    return runtime.made().stream()
        .flatMap(sandbox -> sandbox.requests().stream())
        .filter(request -> !request.code().equals("0"))
        .map(ExecutionRequest::context)
        .toList();
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private static ExecutionCommand command(String code) {
    return command(code, Duration.ofSeconds(5));
  }

  private static ExecutionCommand command(String code, Duration timeout) {
    return new ExecutionCommand(code, Optional.empty(), timeout, HostCalls.NONE);
  }

  private Execution run(Session session, String code) throws InterruptedException {
    return run(session, command(code));
  }

  private Execution run(Session session, ExecutionCommand command) throws InterruptedException {
    return registry.execute(session, command, ExecutionListener.NONE);
  }

  private FutureTask<Execution> task(Session session, ExecutionCommand command) {
    return task(registry, session, command);
  }

  private static FutureTask<Execution> task(SessionRegistry in, Session session, ExecutionCommand command) {
    return new FutureTask<>(() -> in.execute(session, command, ExecutionListener.NONE));
  }

  private FutureTask<Execution> start(Session session, ExecutionCommand command) {
    return start(registry, session, command);
  }

  private static FutureTask<Execution> start(SessionRegistry in, Session session, ExecutionCommand command) {
    FutureTask<Execution> task = task(in, session, command);
    Thread.startVirtualThread(task);
    return task;
  }

  private String gone(Session session) {
    return refused(SessionException.Reason.GONE, () -> registry.find(ALICE, session.id().value()));
  }

  private static SessionException.Reason reason(FutureTask<Execution> task) {
    ExecutionException failure = assertThrows(ExecutionException.class, task::get);
    return assertInstanceOf(SessionException.class, failure.getCause()).reason();
  }

  private static String refused(SessionException.Reason reason, org.junit.jupiter.api.function.Executable action) {
    SessionException refusal = assertThrows(SessionException.class, action);
    assertEquals(reason, refusal.reason());
    return refusal.getMessage();
  }
}
