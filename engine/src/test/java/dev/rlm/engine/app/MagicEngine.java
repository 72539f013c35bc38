package dev.rlm.engine.app;

import dev.rlm.engine.Eventually;
import dev.rlm.engine.api.ApiServer;
import dev.rlm.engine.config.Settings;
import dev.rlm.models.ModelServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A whole engine on a free port, which runs code as a child process and asks {@link MagicNumber}. */
final class MagicEngine implements AutoCloseable {

  static final String KEY = "a-key-for-the-client";

  private final ModelServer models = ModelServer.start(new MagicNumber());
  private final Engine engine;
  private final ApiServer server;

  /** Starts it; {@code folder} is for its data. */
  MagicEngine(Path folder) throws InterruptedException {
    Settings settings =
        Settings.from(
            Map.ofEntries(
                Map.entry("RLM_EXECUTION_MODE", "local"),
                Map.entry("RLM_ALLOW_UNSAFE_LOCAL", "true"),
                Map.entry("RLM_HOME", ".."),
                Map.entry("RLM_DATA_DIR", folder.resolve("data").toString()),
                Map.entry("LLM_API_KEY", "sk-of-the-scripted-models"),
                Map.entry("LLM_BASE_URL", models.baseUrl().toString()),
                Map.entry("LLM_MODEL", "org/root-model"),
                Map.entry("LLM_RECURSIVE_MODEL", "sub-model"),
                Map.entry("LLM_ATTEMPTS", "1"),
                Map.entry("LOG_LEVEL", "ERROR")));
    engine = Engine.open(settings, 0);
    server =
        ApiServer.start(
            new ApiServer.Options(
                "127.0.0.1",
                0,
                List.of(KEY),
                List.of(),
                settings.server().maxBody(),
                settings.execution().timeout(),
                settings.execution().maxTimeout()),
            engine.services(),
            engine::readiness,
            engine.meters()::scrape);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.port());
  }

  /** Waits until a model is asked for its second turn about a question. */
  void awaitSecondTurn(String query) throws Exception {
    Eventually.holds(
        "a model is asked again",
        () -> models.asked().stream().anyMatch(asked -> asked.turns() > 0 && asked.body().contains(query)));
  }

  /** Waits until a run was broken off, which has an end when nothing of it is under way any more. */
  void awaitBrokenRun() throws Exception {
    Eventually.holds("a run is broken off", () -> cancelled("rlm_inference_requests_total"));
  }

  /** Waits until a call of a model was broken off. */
  void awaitBrokenCall() throws Exception {
    Eventually.holds("a call of a model is broken off", () -> cancelled("rlm_model_calls_seconds_count"));
  }

  private boolean cancelled(String meter) {
    return engine
        .meters()
        .scrape()
        .lines()
        .anyMatch(line -> line.startsWith(meter) && line.contains("outcome=\"cancelled\""));
  }

  @Override
  public void close() {
    server.close();
    engine.close();
    models.close();
  }
}
