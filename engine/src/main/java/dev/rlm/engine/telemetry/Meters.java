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

  /** Shows a figure that is read when it is asked for. */
  public void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  /** Returns all meters in Prometheus' text format. */
  public String scrape() {
    return registry.scrape();
  }
}
