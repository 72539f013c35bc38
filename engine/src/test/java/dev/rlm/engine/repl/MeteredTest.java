package dev.rlm.engine.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.model.ChatMessage;
import dev.rlm.engine.model.Completion;
import dev.rlm.engine.model.MeteredModelClient;
import dev.rlm.engine.model.ModelClient;
import dev.rlm.engine.model.ModelException;
import dev.rlm.engine.model.ModelRequest;
import dev.rlm.engine.model.TokenUsage;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.telemetry.Meters;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import org.junit.jupiter.api.Test;

/** Runs and model calls are counted, whatever comes of them. */
final class MeteredTest {

  private final Meters meters = new Meters();

  /** What an inference does when it is asked. */
  @FunctionalInterface
  private interface Script {
    RunResult run(RunListener listener) throws InterruptedException;
  }

  private Inference metered(Script script) {
    return new MeteredInference(
        new Inference() {
          @Override
          public RunResult run(InferenceRequest request, RunListener listener) throws InterruptedException {
            return script.run(listener);
          }

          @Override
          public SequencedSet<String> models() {
            return new LinkedHashSet<>(List.of("m"));
          }

          @Override
          public RunLimits limits() {
            throw new UnsupportedOperationException();
          }

          @Override
          public void close() {}
        },
        meters);
  }

  private static final InferenceRequest REQUEST =
      new InferenceRequest("me", "q", Optional.empty(), Optional.empty(), RequestedLimits.NONE, Optional.empty());

  private static RunResult result(StopReason reason) {
    return new RunResult(
        RunId.random(), "m", 1, reason, "", "", new RunTotals(1, 0, 1, Map.of()), Duration.ofSeconds(1), List.of());
  }

  private void assertMetered(String line) {
    assertTrue(meters.scrape().lines().anyMatch(line::equals), () -> line + " in " + meters.scrape());
  }

  @Test
  void countsRunsByTheirOutcomeAndTheCodeInThem() throws Exception {
    RunEvent code = new RunEvent.Code(0, 1, 1, "pass");
    int[] heard = new int[1];
    metered(
            listener -> {
              listener.on(code);
              listener.on(code);
              return result(StopReason.ANSWERED);
            })
        .run(REQUEST, _ -> heard[0]++);
    metered(_ -> result(StopReason.TIME)).run(REQUEST, RunListener.NONE);
    metered(_ -> result(StopReason.MODEL_FAILED)).run(REQUEST, RunListener.NONE);
    assertEquals(2, heard[0]);
    assertMetered("rlm_inference_requests_total{outcome=\"answered\"} 1.0");
    assertMetered("rlm_inference_requests_total{outcome=\"stopped\"} 1.0");
    assertMetered("rlm_inference_requests_total{outcome=\"failed\"} 1.0");
    assertMetered("rlm_inference_duration_seconds_count{outcome=\"answered\"} 1");
    assertMetered("rlm_code_generated_total 2.0");
  }

  @Test
  void countsRunsThatWereBrokenOffOrRefused() {
    assertThrows(
        InterruptedException.class,
        () ->
            metered(
                    _ -> {
                      throw new InterruptedException();
                    })
                .run(REQUEST, RunListener.NONE));
    assertThrows(
        InferenceException.class,
        () ->
            metered(
                    _ -> {
                      throw new InferenceException(InferenceException.Reason.TOO_MANY, "no");
                    })
                .run(REQUEST, RunListener.NONE));
    assertMetered("rlm_inference_requests_total{outcome=\"cancelled\"} 1.0");
    assertMetered("rlm_inference_requests_total{outcome=\"refused_too_many\"} 1.0");
  }

  @Test
  void countsCallsOfModelsAndTheirTokens() throws Exception {
    ModelRequest request = new ModelRequest("m", List.of(ChatMessage.user("x")), 10, Deadline.after(Duration.ofMinutes(1)));
    Completion completion = new Completion("y", new TokenUsage(100, 60, 20, false), Completion.Finish.STOP, 0);
    ModelClient answering = new MeteredModelClient(_ -> completion, meters);
    assertEquals(completion, answering.complete(request));
    assertEquals(completion, answering.complete(request));
    ModelClient limited =
        new MeteredModelClient(
            _ -> {
              throw new ModelException(ModelException.Reason.RATE_LIMITED, "slowly", Duration.ZERO);
            },
            meters);
    assertThrows(ModelException.class, () -> limited.complete(request));
    assertMetered("rlm_model_calls_seconds_count{model=\"m\",outcome=\"answered\"} 2");
    assertMetered("rlm_model_calls_seconds_count{model=\"m\",outcome=\"rate_limited\"} 1");
    assertMetered("rlm_model_tokens_total{kind=\"prompt\",model=\"m\"} 200.0");
    assertMetered("rlm_model_tokens_total{kind=\"cached\",model=\"m\"} 120.0");
    assertMetered("rlm_model_tokens_total{kind=\"output\",model=\"m\"} 40.0");
  }
}
