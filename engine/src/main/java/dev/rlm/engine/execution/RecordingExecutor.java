package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.telemetry.Meters;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts executions and writes a line for each: figures and names of our own, never what guest code wrote. */
public final class RecordingExecutor implements Executor {

  private static final Logger log = LoggerFactory.getLogger(RecordingExecutor.class);

  private final Meters meters;
  private final Executor next;

  /** Creates the layer over {@code next}. */
  public RecordingExecutor(Meters meters, Executor next) {
    this.meters = meters;
    this.next = next;
  }

  @Override
  public Execution execute(ExecutionCommand command, SandboxSource source, ExecutionListener listener)
      throws InterruptedException {
    Execution execution;
    try {
      execution = next.execute(command, source, listener);
    } catch (OverloadedException e) {
      meters.rejected(e.reason().name().toLowerCase(Locale.ROOT));
      throw e;
    } catch (SandboxUnavailableException e) {
      meters.rejected("sandbox_" + e.reason().name().toLowerCase(Locale.ROOT));
      throw e;
    }
    meters.executed(execution.outcome().label(), execution.usage().wall());
    meters.sandboxTaken(execution.timing().start(), execution.timing().warm());
    for (EgressFinding finding : execution.findings()) {
      meters.found(finding.rule(), finding.action());
    }
    log.info(
        "execution {}: {} in {} ms, sandbox after {} ms, {} findings, {}",
        execution.id(),
        execution.outcome().label(),
        execution.usage().wall().toMillis(),
        execution.timing().queued().plus(execution.timing().start()).toMillis(),
        execution.findings().size(),
        execution.isolation().runtime());
    return execution;
  }
}
