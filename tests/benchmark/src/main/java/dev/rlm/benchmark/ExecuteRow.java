package dev.rlm.benchmark;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One execution in a sandbox of its own, when sandboxes wait, beside {@code docker run} of the same container. */
final class ExecuteRow implements Row {

  private static final String CODE = "print(1)";
  private static final String PRINTED = "1\n";

  private final Laboratory laboratory;

  ExecuteRow(Laboratory laboratory) {
    this.laboratory = laboratory;
  }

  @Override
  public String name() {
    return "execute";
  }

  @Override
  public List<Figure> measure(Scale scale) throws Exception {
    try (EngineProcess engine = laboratory.engine(Map.of());
        DockerCommand docker = new DockerCommand(laboratory.daemon().sandboxOf(engine.id()))) {
      Samples first = new Samples();
      for (int i = 0; i < 5; i++) {
        first.time(() -> execute(engine));
        engine.api().awaitQuiet();
      }
      Laboratory.warmUp(engine, scale);
      Samples executions = new Samples();
      Samples runs = new Samples();
      int executionsPerRun = 5;
      for (int i = 0; i < scale.of(3, 40); i++) {
        for (int j = 0; j < executionsPerRun; j++) {
          engine.api().awaitQuiet();
          executions.time(() -> execute(engine));
        }
        engine.api().awaitQuiet();
        runs.time(
            () -> {
              docker.run(CODE, PRINTED);
              return true;
            });
      }
      String other = "docker run --rm, same flags and runtime";
      double ratio = executions.medianMillis() / runs.medianMillis();
      return List.of(
          Figure.of("POST /execute of print(1), p50", "ms", executions.medianMillis())
              .beside(other, runs.medianMillis())
              .atMost(5),
          Figure.of("the same as a part of docker run", "", ratio).bar("≤ 1/50", ratio <= 1.0 / 50),
          Figure.of("the same, p99 of %d".formatted(executions.count()), "ms", executions.p99Millis())
              .beside(other, runs.p99Millis())
              .atMost(25),
          Figure.of("first five after the engine's start, p50", "ms", first.medianMillis()));
    }
  }

  private static boolean execute(EngineProcess engine) throws Exception {
    engine.api().expect(CODE, Optional.empty(), PRINTED);
    return true;
  }
}
