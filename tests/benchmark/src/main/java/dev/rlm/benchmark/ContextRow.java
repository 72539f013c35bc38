package dev.rlm.benchmark;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A context of 100 MB: from the upload to the first slice, beside reading it from standard input; and once it is there. */
final class ContextRow implements Row {

  private static final long LENGTH = 100_000_000;
  private static final long MIDDLE = 50_000_000;

  private final Laboratory laboratory;

  ContextRow(Laboratory laboratory) {
    this.laboratory = laboratory;
  }

  @Override
  public String name() {
    return "context";
  }

  @Override
  public List<Figure> measure(Scale scale) throws Exception {
    String slice = Document.slice("context", MIDDLE);
    String fromInput = "import sys; text = sys.stdin.read(); " + Document.slice("text", MIDDLE);
    Samples uploads = new Samples();
    Samples inputs = new Samples();
    Samples with = new Samples();
    Samples without = new Samples();
    try (EngineProcess engine = laboratory.engine(Map.of());
        DockerCommand docker = new DockerCommand(laboratory.daemon().sandboxOf(engine.id()))) {
      Api api = engine.api();
      Laboratory.warmUp(engine, scale);
      for (int i = 0; i < scale.of(2, 8); i++) {
        try (Document document = Document.of(LENGTH, i)) {
          String expected = document.expected(MIDDLE);
          api.awaitQuiet();
          String id =
              uploads.time(
                  () -> {
                    String stored = api.store(document.file());
                    api.expect(slice, Optional.of(stored), expected);
                    return stored;
                  });
          for (int j = 0; j < scale.of(3, 10); j++) {
            api.awaitQuiet();
            with.time(() -> execute(api, slice, Optional.of(id), expected));
            api.awaitQuiet();
            without.time(() -> execute(api, "print(1)", Optional.empty(), "1\n"));
          }
          api.forget(id);
          api.awaitQuiet();
          inputs.time(
              () -> {
                docker.run(fromInput, expected, document.file());
                return true;
              });
        }
      }
    }
    double more = with.medianMillis() - without.medianMillis();
    return List.of(
        Figure.of("100 MB uploaded, and context[50_000_000:50_000_100], p50", "ms", uploads.medianMillis())
            .beside("docker run that reads it from standard input", inputs.medianMillis())
            .atMost(1_000),
        Figure.of("the next throwaway sandbox on it, p50", "ms", with.medianMillis())
            .beside("one without a context", without.medianMillis())
            .bar("≤ 20 ms more", more <= 20));
  }

  private static boolean execute(Api api, String code, Optional<String> contextId, String printed) throws Exception {
    api.expect(code, contextId, printed);
    return true;
  }
}
