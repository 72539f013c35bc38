package dev.rlm.engine.model;

import dev.rlm.engine.telemetry.Meters;
import java.time.Duration;
import java.util.Locale;

/** Counts calls, each attempt of them, and tokens. */
public final class MeteredModelClient implements ModelClient {

  private final ModelClient client;
  private final Meters meters;

  /** Counts what {@code client} does. */
  public MeteredModelClient(ModelClient client, Meters meters) {
    this.client = client;
    this.meters = meters;
  }

  @Override
  public Completion complete(ModelRequest request) throws InterruptedException {
    long started = System.nanoTime();
    String outcome = "cancelled";
    try {
      Completion completion = client.complete(request);
      outcome = "answered";
      TokenUsage usage = completion.usage();
      meters.tokensUsed(request.model(), usage.prompt(), usage.cached(), usage.output());
      return completion;
    } catch (ModelException e) {
      outcome = e.reason().name().toLowerCase(Locale.ROOT);
      throw e;
    } finally {
      meters.modelCalled(request.model(), outcome, Duration.ofNanos(System.nanoTime() - started));
    }
  }
}
