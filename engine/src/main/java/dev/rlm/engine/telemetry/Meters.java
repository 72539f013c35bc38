package dev.rlm.engine.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The engine's meters. Tags come from closed sets of our own: never from a caller or a sandbox. Safe for use by many threads.
 */
public final class Meters {

  private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** Counts an execution and its wall time. */
  public void executed(String outcome, Duration wall) {
    Timer.builder("rlm.execution")
        .description("Executions and the time that their code took")
        .tag("outcome", outcome)
        .publishPercentileHistogram()
        .register(registry)
        .record(wall);
  }

  /** Records how long it took to get a sandbox. */
  public void sandboxTaken(Duration start, boolean warm) {
    Timer.builder("rlm.sandbox.take")
        .description("Time to get a sandbox")
        .tag("launch", warm ? "warm" : "cold")
        .publishPercentileHistogram()
        .register(registry)
        .record(start);
  }

  /** Counts a request that was not served. */
  public void rejected(String reason) {
    Counter.builder("rlm.rejected")
        .description("Executions that were not begun")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }

  /** Counts a finding of the egress filter. */
  public void found(String rule, String action) {
    Counter.builder("rlm.egress.findings")
        .description("What the egress filter found")
        .tag("rule", rule)
        .tag("action", action)
        .register(registry)
        .increment();
  }

  /** Counts a run of the loop and the time that it took. */
  public void inferred(String outcome, Duration time) {
    Counter.builder("rlm.inference.requests")
        .description("Questions that were answered, or not")
        .tag("outcome", outcome)
        .register(registry)
        .increment();
    Timer.builder("rlm.inference.duration")
        .description("Time that it took to answer questions")
        .tag("outcome", outcome)
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofMillis(100))
        .maximumExpectedValue(Duration.ofHours(1))
        .register(registry)
        .record(time);
  }

  /** Counts a block of code that a model wrote. */
  public void codeGenerated() {
    Counter.builder("rlm.code.generated")
        .description("Blocks of code that models wrote and that were run")
        .register(registry)
        .increment();
  }

  /** Counts an attempt at a call of a model, one of those that are configured, and the time that it took. */
  public void modelCalled(String model, String outcome, Duration time) {
    Timer.builder("rlm.model.calls")
        .description("Attempts at calls of models, and the time that they took")
        .tag("model", model)
        .tag("outcome", outcome)
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofMillis(10))
        .maximumExpectedValue(Duration.ofMinutes(10))
        .register(registry)
        .record(time);
  }

  /** Counts tokens of a model: those that were sent, what of them was cached, and those that came back. */
  public void tokensUsed(String model, long prompt, long cached, long output) {
    tokens(model, "prompt", prompt);
    tokens(model, "cached", cached);
    tokens(model, "output", output);
  }

  private void tokens(String model, String kind, long count) {
    Counter.builder("rlm.model.tokens")
        .description("Tokens of models; those that were cached are among those of the prompt")
        .tag("model", model)
        .tag("kind", kind)
        .register(registry)
        .increment((double) count);
  }

  /** Shows a figure that is read when it is asked for. */
  public void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  /** Returns all meters in Prometheus' text format. */
  public String scrape() {
    return registry.scrape();
  }
}
