package dev.rlm.engine.repl;

import dev.rlm.engine.execution.EgressFinding;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the recorder and the listener of a run what happens in it, one event at a time, and collects what the filter found. The first
 * failure of the listener is kept, and it hears nothing more. Safe for use by many threads.
 */
final class RunEvents {

  private final RunRecorder.Recording recording;
  private final RunListener listener;
  private final Runnable onFailure;
  private final List<EgressFinding> findings = new ArrayList<>();
  private @Nullable RuntimeException failure;
  private boolean over;

  /** Creates the passage; {@code onFailure} is called once, when the listener throws. */
  RunEvents(RunRecorder.Recording recording, RunListener listener, Runnable onFailure) {
    this.recording = recording;
    this.listener = listener;
    this.onFailure = onFailure;
  }

  synchronized void emit(RunEvent event) {
    if (over || failure != null) {
      return;
    }
    recording.on(event);
    try {
      listener.on(event);
    } catch (RuntimeException e) {
      failure = e;
      onFailure.run();
    }
  }

  /** Keeps findings, up to the most that are told of a run. */
  void note(List<EgressFinding> found) {
    synchronized (findings) {
      found.stream().limit(RunResult.MAX_FINDINGS - findings.size()).forEach(findings::add);
    }
  }

  List<EgressFinding> findings() {
    synchronized (findings) {
      return List.copyOf(findings);
    }
  }

  /** From here on nobody hears anything. Throws what the listener threw. */
  synchronized void end() {
    over = true;
    recording.close();
    if (failure != null) {
      throw failure;
    }
  }
}
