package dev.rlm.engine.repl;

import dev.rlm.engine.telemetry.Meters;
import java.time.Duration;
import java.util.Locale;
import java.util.SequencedSet;

/** Counts runs, and the code that is run in them. */
public final class MeteredInference implements Inference {

  private static final String CANCELLED = "cancelled";

  private final Inference inference;
  private final Meters meters;

  /** Counts what {@code inference} does. */
  public MeteredInference(Inference inference, Meters meters) {
    this.inference = inference;
    this.meters = meters;
  }

  @Override
  public RunResult run(InferenceRequest request, RunListener listener) throws InterruptedException {
    long started = System.nanoTime();
    String outcome = CANCELLED;
    try {
      RunResult result =
          inference.run(
              request,
              event -> {
                if (event instanceof RunEvent.Code) {
                  meters.codeGenerated();
                }
                listener.on(event);
              });
      outcome = result.outcome().label();
      return result;
    } catch (InferenceException e) {
      outcome = "refused_" + e.reason().name().toLowerCase(Locale.ROOT);
      throw e;
    } finally {
      meters.inferred(outcome, Duration.ofNanos(System.nanoTime() - started));
    }
  }

  @Override
  public SequencedSet<String> models() {
    return inference.models();
  }

  @Override
  public RunLimits limits() {
    return inference.limits();
  }

  @Override
  public void close() {
    inference.close();
  }
}
