package dev.rlm.engine.api;

import dev.rlm.engine.history.RunJson;
import dev.rlm.engine.repl.Inference;
import dev.rlm.engine.repl.InferenceRequest;
import dev.rlm.engine.repl.RunListener;
import dev.rlm.engine.sandbox.ByteSize;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.Optional;

/** The route of questions about contexts. */
final class InferRoutes {

  private final Optional<Inference> inference;
  private final Commands commands;
  private final Executions executions;
  private final ByteSize maxBody;

  /** Refuses every question where there is no inference. */
  InferRoutes(Optional<Inference> inference, Commands commands, Executions executions, ByteSize maxBody) {
    this.inference = inference;
    this.commands = commands;
    this.executions = executions;
    this.maxBody = maxBody;
  }

  void register(JavalinConfig config) {
    config.routes.post("/infer", this::infer);
  }

  private void infer(Context ctx) throws InterruptedException {
    Inference runs = available(inference);
    InferRequest asked = InferRequest.read(Json.read(Bodies.json(ctx, maxBody)));
    String caller = Access.caller(ctx);
    InferenceRequest request =
        new InferenceRequest(
            caller,
            asked.query(),
            commands.context(asked.context(), asked.contextId(), caller),
            asked.model(),
            asked.limits(),
            asked.schema());
    executions.answer(
        ctx,
        new Executions.Work() {
          @Override
          public Object answer() throws InterruptedException {
            return RunJson.result(runs.run(request, RunListener.NONE));
          }

          @Override
          public void stream(EventSink events) throws InterruptedException {
            KeptAlive client = new KeptAlive(events);
            try {
              client.start();
              runs.run(request, event -> client.send(Event.Step.of(event)));
            } finally {
              client.stop();
            }
          }
        });
  }

  /**
   * Returns what answers questions.
   *
   * @throws ApiException when there is no language model
   */
  static Inference available(Optional<Inference> inference) {
    return inference.orElseThrow(
        () ->
            new ApiException(
                ErrorCode.INFERENCE_UNAVAILABLE,
                "this engine has no key for a language model: set LLM_API_KEY, and LLM_BASE_URL for another provider than OpenAI, and start it again"));
  }
}
