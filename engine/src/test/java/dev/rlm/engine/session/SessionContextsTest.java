package dev.rlm.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rlm.engine.execution.ContextHolds;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.ExecutionListener;
import dev.rlm.engine.execution.Executions;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.FakeSandboxRuntime;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.Results;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.sandbox.pool.PoolSettings;
import dev.rlm.engine.sandbox.pool.SandboxPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A session keeps the stored contexts that it was given until it ends. */
@Timeout(60)
final class SessionContextsTest {

  @TempDir Path folder;

  private final Map<GuestContext, Integer> held = new ConcurrentHashMap<>();

  private final ContextHolds holds =
      context -> {
        held.merge(context, 1, Integer::sum);
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
          if (open.getAndSet(false)) {
            held.computeIfPresent(context, (_, count) -> count == 1 ? null : count - 1);
          }
        };
      };

  private final SandboxPool pool =
      new SandboxPool(
          new FakeSandboxRuntime(Executions.ISOLATION, (_, _) -> Results.of(new Outcome.Completed(), Map.of())),
          new SandboxSpec(new ResourceLimits(ByteSize.mebibytes(512), 50, 1.0, ByteSize.mebibytes(64)), false, true),
          new PoolSettings(0, 1, 10, Duration.ofSeconds(30)));

  private final SessionRegistry sessions =
      new SessionRegistry(
          pool,
          Egress.of(List.of()),
          (_, _, _) -> Executions.of(new Outcome.Completed()),
          new SessionRegistry.Options(10, Duration.ofHours(1), Duration.ofSeconds(30)),
          InstantSource.system(),
          holds);

  @AfterEach
  void close() {
    sessions.close();
    pool.close();
  }

  private GuestContext.Stored stored(String hash) {
    Path file = folder.resolve(hash);
    try {
      Files.writeString(file, hash);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new GuestContext.Stored(hash, file, Optional.empty(), true, 1, 1);
  }

  private void execute(Session session, GuestContext context) throws InterruptedException {
    sessions.execute(
        session,
        new ExecutionCommand("", Optional.of(context), Duration.ofSeconds(1), HostCalls.NONE),
        ExecutionListener.NONE);
  }

  @Test
  void holdsEachOnceUntilItEnds() throws InterruptedException {
    Session session = sessions.open("me", Optional.of(stored("a")));
    execute(session, stored("b"));
    execute(session, stored("a"));
    execute(session, stored("b"));
    execute(session, new GuestContext.Json("1"));
    assertEquals(Map.of(stored("a"), 1, stored("b"), 1), held);

    sessions.close("me", session.id().value());
    assertEquals(Map.of(), held);
    session.keep(stored("c"), holds);
    assertEquals(Map.of(), held, "an ended session holds nothing");
  }

  @Test
  void letsGoWithTheEngine() throws InterruptedException {
    sessions.open("me", Optional.of(stored("a")));
    sessions.close();
    assertEquals(Map.of(), held);
  }

  @Test
  void holdsNothingWhenItsContextCannotBeRead() throws IOException {
    GuestContext.Stored missing = stored("a");
    Files.delete(missing.data());
    assertThrows(UncheckedIOException.class, () -> sessions.open("me", Optional.of(missing)));
    assertEquals(Map.of(), held);
    assertEquals(0, pool.figures().leased());
  }

  @Test
  void holdsNothingWhenItIsNotOpened() {
    pool.close();
    assertThrows(SandboxUnavailableException.class, () -> sessions.open("me", Optional.of(stored("a"))));
    assertEquals(Map.of(), held);
  }
}
