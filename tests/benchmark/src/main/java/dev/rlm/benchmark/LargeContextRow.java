package dev.rlm.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A context larger than the sandbox's memory, and what it costs code that does not touch it. */
final class LargeContextRow implements Row {

  private static final long SMALL = 1_000;
  private static final int MOVED_RUNS = 50;

  private final Laboratory laboratory;

  LargeContextRow(Laboratory laboratory) {
    this.laboratory = laboratory;
  }

  @Override
  public String name() {
    return "large-context";
  }

  @Override
  public List<Figure> measure(Scale scale) throws Exception {
    long large = scale.quick() ? 600_000_000L : 1_000_000_000L;
    String size = large / 1_000_000 + " MB";
    try (Document big = Document.of(large, 1);
        Document small = Document.of(SMALL, 2);
        EngineProcess engine = laboratory.engine(Map.of("RLM_CONTEXT_BUDGET", "4g"))) {
      Api api = engine.api();
      Laboratory.warmUp(engine, scale);
      Samples upload = new Samples();
      String bigId = upload.time(() -> api.store(big.file()));
      String smallId = api.store(small.file());
      Samples atEnd = new Samples();
      long from = large - 1_000;
      String expected = big.expected(from);
      Samples withBig = new Samples();
      Samples withSmall = new Samples();
      for (int i = 0; i < scale.of(3, 40); i++) {
        api.awaitQuiet();
        atEnd.time(() -> execute(api, Document.slice("context", from), bigId, expected));
        api.awaitQuiet();
        withBig.time(() -> execute(api, "print(1)", bigId, "1\n"));
        api.awaitQuiet();
        withSmall.time(() -> execute(api, "print(1)", smallId, "1\n"));
      }
      double difference = withBig.medianMillis() - withSmall.medianMillis();
      double written = moved(engine, Optional.of(bigId)) - moved(engine, Optional.empty());
      return List.of(
          Figure.of(size + " uploaded", "ms", upload.medianMillis()),
          Figure.of("context[%d:] of it in a sandbox of 512 MB, p50".formatted(-1_000), "ms", atEnd.medianMillis()),
          Figure.of("print(1) with %s of context, p50".formatted(size), "ms", withBig.medianMillis())
              .beside("with 1 kB", withSmall.medianMillis())
              .bar("≤ 1 ms more", difference <= 1),
          Figure.of("bytes that the engine writes more for it, each time", "B", written).bar("< 1000 B", written < 1_000));
    }
  }

  /**
   * Counts what one execution in a session makes the engine write, by whatever connection: the kernel counts it. A session, so that no
   * container is made meanwhile.
   */
  private static double moved(EngineProcess engine, Optional<String> contextId) throws Exception {
    String session = engine.api().openSession();
    engine.api().expectInSession(session, "print(1)", contextId, "1\n");
    engine.api().awaitMade();
    long before = written(engine);
    for (int i = 0; i < MOVED_RUNS; i++) {
      engine.api().expectInSession(session, "print(1)", contextId, "1\n");
    }
    double each = (double) (written(engine) - before) / MOVED_RUNS;
    engine.api().closeSession(session);
    engine.api().awaitQuiet();
    return each;
  }

  private static long written(EngineProcess engine) throws Exception {
    return Files.readAllLines(Path.of("/proc", Long.toString(engine.pid()), "io")).stream()
        .filter(line -> line.startsWith("wchar:"))
        .mapToLong(line -> Long.parseLong(line.substring("wchar:".length()).strip()))
        .findFirst()
        .orElseThrow();
  }

  private static boolean execute(Api api, String code, String contextId, String printed) throws Exception {
    api.expect(code, Optional.of(contextId), printed);
    return true;
  }
}
