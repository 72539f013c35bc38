package dev.rlm.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** What becomes of executions when far more are offered than can be served: those admitted, and those refused. */
final class OverloadRow implements Row {

  private static final int CONCURRENT = 4;
  private static final int QUEUED = 4;
  private static final int SERVED = 200;
  private static final int REFUSED = 429;

  private final Laboratory laboratory;

  OverloadRow(Laboratory laboratory) {
    this.laboratory = laboratory;
  }

  @Override
  public String name() {
    return "overload";
  }

  /** An answer, and how long it took. */
  private record Arrival(int status, long nanos) {}

  @Override
  public List<Figure> measure(Scale scale) throws Exception {
    Duration slice = scale.seconds(10, 60);
    try (EngineProcess engine =
        laboratory.engine(
            Map.of("RLM_MAX_CONCURRENT", Integer.toString(CONCURRENT), "RLM_MAX_QUEUED", Integer.toString(QUEUED)))) {
      Laboratory.warmUp(engine, scale);
      Load capacity = new Load();
      Callable<Boolean> execute =
          () -> {
            engine.api().expect("print(1)", Optional.empty(), "1\n");
            return true;
          };
      new Load().run(CONCURRENT + QUEUED, Duration.ofSeconds(3), execute); // Uses up what waits.
      capacity.run(CONCURRENT + QUEUED, slice, execute);
      double perSecond = capacity.perSecond();
      List<Arrival> twice = new ArrayList<>();
      List<Arrival> twentyTimes = new ArrayList<>();
      for (int i = 0; i < scale.of(1, 2); i++) {
        twice.addAll(offer(engine, 2 * perSecond, slice));
        twentyTimes.addAll(offer(engine, 20 * perSecond, slice));
      }
      Samples few = of(twice, SERVED);
      Samples many = of(twentyTimes, SERVED);
      Samples refused = of(twentyTimes, REFUSED);
      double served = many.count() / (slice.toNanos() / 1e9 * scale.of(1, 2));
      return List.of(
          Figure.of("admitted when 20 x more is offered, p50", "ms", many.medianMillis())
              .beside("when 2 x more is", few.medianMillis())
              .bar("≤ 1.3 x otherwise", many.medianMillis() <= 1.3 * few.medianMillis()),
          Figure.of("admitted when 20 x more is offered, p99", "ms", many.p99Millis())
              .beside("when 2 x more is", few.p99Millis()),
          Figure.of("refused with 429 (%d), p99".formatted(refused.count()), "ms", refused.p99Millis()).atMost(100),
          Figure.of("served when 20 x more is offered", "/s", served).beside("without overload", perSecond));
    }
  }

  /** Sends requests at a steady rate, whatever becomes of the ones before. */
  private static List<Arrival> offer(EngineProcess engine, double perSecond, Duration time) throws Exception {
    List<Future<Arrival>> sent = new ArrayList<>();
    long gap = (long) (1e9 / perSecond);
    long started = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (long due = 0; due < time.toNanos(); due += gap) {
        long left = started + due - System.nanoTime();
        if (left > 0) {
          LockSupport.parkNanos(left);
        }
        sent.add(
            threads.submit(
                () -> {
                  long begun = System.nanoTime();
                  int status = engine.api().execute("print(1)", Optional.empty()).status();
                  return new Arrival(status, System.nanoTime() - begun);
                }));
      }
    }
    List<Arrival> arrivals = new ArrayList<>();
    for (Future<Arrival> arrival : sent) {
      arrivals.add(arrival.get());
    }
    return arrivals;
  }

  private static Samples of(List<Arrival> arrivals, int status) {
    Samples samples = new Samples();
    arrivals.stream().filter(arrival -> arrival.status() == status).forEach(arrival -> samples.add(arrival.nanos()));
    return samples;
  }
}
