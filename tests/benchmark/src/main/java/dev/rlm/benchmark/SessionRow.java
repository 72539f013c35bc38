package dev.rlm.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Executions in a session, beside {@code docker exec} in a container that runs. */
final class SessionRow implements Row {

  private final Laboratory laboratory;

  SessionRow(Laboratory laboratory) {
    this.laboratory = laboratory;
  }

  @Override
  public String name() {
    return "session";
  }

  @Override
  public List<Figure> measure(Scale scale) throws Exception {
    try (EngineProcess engine = laboratory.engine(Map.of("RLM_POOL_SIZE", "1"))) {
      Laboratory.warmUp(engine, scale);
      String container = laboratory.daemon().containersOf(engine.id()).getFirst();
      String session = engine.api().openSession();
      engine.api().expectInSession(session, "x = 41", Optional.empty(), "");
      Samples executions = new Samples();
      Samples inSandbox = new Samples();
      Samples health = new Samples();
      Samples commands = new Samples();
      for (int i = 0; i < scale.of(3, 20); i++) {
        for (int j = 0; j < 100; j++) {
          JsonNode execution =
              executions.time(() -> engine.api().expectInSession(session, "print(x + 1)", Optional.empty(), "42\n"));
          inSandbox.add(Math.round(execution.path("usage").path("wall_ms").asDouble() * 1e6));
          health.time(
              () -> {
                engine.api().health();
                return true;
              });
        }
        // The session took the container that waited: a bare command in it disturbs nothing that is measured.
        commands.time(
            () -> {
              DockerCommand.exec(container, "print(42)", "42\n");
              return true;
            });
      }
      engine.api().closeSession(session);
      String other = "docker exec python3 -c, in a container that runs";
      return List.of(
          Figure.of("POST /session/{id}/execute, p50", "ms", executions.medianMillis())
              .beside(other, commands.medianMillis())
              .atMost(3),
          Figure.of("the same, p99 of %d".formatted(executions.count()), "ms", executions.p99Millis()),
          Figure.of("of it from handing over the code to its end, p50", "ms", inSandbox.medianMillis()),
          Figure.of("GET /health, as a floor, p50", "ms", health.medianMillis()));
    }
  }
}
