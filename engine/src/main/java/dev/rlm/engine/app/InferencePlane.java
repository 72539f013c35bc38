package dev.rlm.engine.app;

import dev.rlm.engine.config.ModelSettings;
import dev.rlm.engine.config.RunSettings;
import dev.rlm.engine.config.Settings;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.history.TrajectoryStore;
import dev.rlm.engine.model.MeteredModelClient;
import dev.rlm.engine.model.ModelPrice;
import dev.rlm.engine.model.Models;
import dev.rlm.engine.model.RetryingModelClient;
import dev.rlm.engine.model.openai.OpenAiModelClient;
import dev.rlm.engine.repl.Inference;
import dev.rlm.engine.repl.MeteredInference;
import dev.rlm.engine.repl.RecursiveInference;
import dev.rlm.engine.repl.RunLimits;
import dev.rlm.engine.repl.Workspace;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.telemetry.Meters;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;

/** The loop and what it asks, put together from the settings. */
record InferencePlane(Inference inference, OpenAiModelClient models) implements AutoCloseable {

  /** Larger than any answer within the limit of tokens; an answer of more is a provider's that lies. */
  private static final ByteSize MAX_ANSWER = ByteSize.mebibytes(4);

  static TrajectoryStore trajectories(Settings settings) {
    Path folder = settings.contexts().dataFolder().resolve("trajectories");
    RunSettings runs = settings.runs();
    return new TrajectoryStore(
        folder,
        new TrajectoryStore.Options(runs.trajectoryBudget(), runs.trajectoryTimeToLive()),
        InstantSource.system());
  }

  /** Puts it together; empty where no key is configured. */
  static Optional<InferencePlane> open(
      Settings settings, Workspace.Factory workspaces, Egress egress, TrajectoryStore trajectories, Meters meters) {
    ModelSettings asked = settings.models();
    return asked
        .apiKey()
        .map(
            key -> {
              OpenAiModelClient client = new OpenAiModelClient(asked.baseUrl(), key, MAX_ANSWER);
              RecursiveInference.Settings shared =
                  new RecursiveInference.Settings(
                      models(asked),
                      new RetryingModelClient(new MeteredModelClient(client, meters), asked.attempts(), asked.timeout()),
                      workspaces,
                      asked.maxOutputTokens(),
                      asked.promptWindow(),
                      settings.execution().timeout());
              Inference inference =
                  new RecursiveInference(
                      shared, egress, trajectories, limits(settings.runs()), settings.runs().maxRuns());
              return new InferencePlane(new MeteredInference(inference, meters), client);
            });
  }

  private static Models models(ModelSettings settings) {
    Map<String, ModelPrice> prices = new LinkedHashMap<>();
    settings
        .prices()
        .forEach((name, price) -> prices.put(name, new ModelPrice(price.prompt(), price.cached(), price.output())));
    return new Models(settings.model(), settings.recursiveModel(), new LinkedHashSet<>(settings.others()), prices);
  }

  private static RunLimits limits(RunSettings runs) {
    return new RunLimits(
        runs.iterations(),
        runs.totalIterations(),
        runs.depth(),
        runs.subCalls(),
        runs.concurrentCalls(),
        runs.promptTokens(),
        runs.outputTokens(),
        runs.cost(),
        runs.time(),
        runs.shownPerBlock(),
        runs.shown(),
        runs.directCharacters());
  }

  @Override
  public void close() {
    inference.close();
    models.close();
  }
}
