package dev.rlm.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Sessions that are opened, used and left to expire: what is left of them. */
final class ManySessionsRow implements Row {

  private static final int WORKERS = 6;
  private static final long ROOM_MILLIS = 100;
  private static final long LOOK_AGAIN_MILLIS = 200;
  private static final int EXPIRY_SECONDS = 60;

  /** Threads and open files come and go with connections and timers: so many are no leak after a thousand sessions. */
  private static final int SLACK = 10;

  private final Laboratory laboratory;

  ManySessionsRow(Laboratory laboratory) {
    this.laboratory = laboratory;
  }

  @Override
  public String name() {
    return "sessions";
  }

  /** What an engine has. */
  private record Holdings(int containers, int openFiles, int threads) {}

  @Override
  public List<Figure> measure(Scale scale) throws Exception {
    int sessions = scale.of(12, 1_000);
    try (EngineProcess engine =
        laboratory.engine(Map.of("MAX_SESSIONS", "24", "SESSION_TTL", "2", "RLM_POOL_SIZE", "4"))) {
      open(engine, WORKERS); // So that everything is there that stays.
      Holdings before = settled(engine);
      long started = System.nanoTime();
      open(engine, sessions);
      double perSecond = sessions / ((System.nanoTime() - started) / 1e9);
      Holdings after = settled(engine);
      return List.of(
          Figure.of("sessions opened, used and expired", "", sessions),
          Figure.of("a second", "/s", perSecond),
          Figure.of("containers afterwards", "", after.containers())
              .beside("before", before.containers())
              .bar("none left", after.containers() <= before.containers()),
          Figure.of("open files of the engine afterwards", "", after.openFiles())
              .beside("before", before.openFiles())
              .bar("none left", after.openFiles() <= before.openFiles() + SLACK),
          Figure.of("threads of the engine afterwards", "", after.threads())
              .beside("before", before.threads())
              .bar("none left", after.threads() <= before.threads() + SLACK));
    }
  }

  private static void open(EngineProcess engine, int sessions) throws Exception {
    AtomicInteger left = new AtomicInteger(sessions);
    List<Future<?>> workers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < WORKERS; i++) {
        workers.add(threads.submit(() -> work(engine, left)));
      }
    }
    for (Future<?> worker : workers) {
      worker.get();
    }
  }

  private static boolean work(EngineProcess engine, AtomicInteger left) throws Exception {
    while (left.getAndDecrement() > 0) {
      Optional<String> session = engine.api().tryOpenSession();
      while (session.isEmpty()) {
        Thread.sleep(ROOM_MILLIS); // All places are taken until one expires.
        session = engine.api().tryOpenSession();
      }
      engine.api().expectInSession(session.get(), "print(1)", Optional.empty(), "1\n");
    }
    return true;
  }

  /** Waits until what can expire has expired, and counts. */
  private Holdings settled(EngineProcess engine) throws Exception {
    long end = System.nanoTime() + EXPIRY_SECONDS * 1_000_000_000L;
    engine.api().awaitQuiet();
    Holdings holdings = holdings(engine);
    while (holdings.containers() > 4 && System.nanoTime() - end < 0) {
      Thread.sleep(LOOK_AGAIN_MILLIS);
      holdings = holdings(engine);
    }
    return holdings;
  }

  private Holdings holdings(EngineProcess engine) throws IOException {
    return new Holdings(
        laboratory.daemon().containersOf(engine.id()).size(), engine.openFiles(), engine.threads());
  }
}
