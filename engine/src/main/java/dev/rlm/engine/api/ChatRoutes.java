package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rlm.engine.context.ContextStore;
import dev.rlm.engine.repl.Inference;
import dev.rlm.engine.repl.InferenceRequest;
import dev.rlm.engine.repl.RunListener;
import dev.rlm.engine.repl.RunOutcome;
import dev.rlm.engine.repl.RunResult;
import dev.rlm.engine.sandbox.ByteSize;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;

/** The routes of OpenAI's interface, so that its clients can use an RLM as if it were a model. */
final class ChatRoutes {

  /** The standard model by a name that does not change with the configuration. */
  private static final String ALIAS = "rlm";

  private final Optional<Inference> inference;
  private final ContextStore contexts;
  private final Executions executions;
  private final ByteSize maxBody;
  private final Instant started = Instant.now();

  ChatRoutes(Optional<Inference> inference, ContextStore contexts, Executions executions, ByteSize maxBody) {
    this.inference = inference;
    this.contexts = contexts;
    this.executions = executions;
    this.maxBody = maxBody;
  }

  void register(JavalinConfig config) {
    config.routes.post("/v1/chat/completions", this::complete);
    config.routes.get("/v1/models", this::models);
    config.routes.get("/v1/models/<id>", this::model); // Names of models may have slashes.
  }

  private Inference inference() {
    return InferRoutes.available(inference);
  }

  private void models(Context ctx) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("object", "list");
    ArrayNode data = json.putArray("data");
    names(inference()).forEach(name -> data.add(describe(name)));
    json(ctx, json);
  }

  private void model(Context ctx) {
    String name = ctx.pathParam("id");
    require(inference(), name);
    json(ctx, describe(name));
  }

  private ObjectNode describe(String name) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", name)
        .put("object", "model")
        .put("created", started.getEpochSecond())
        .put("owned_by", "rlm");
  }

  private static SequencedSet<String> names(Inference inference) {
    SequencedSet<String> names = new LinkedHashSet<>();
    names.add(ALIAS);
    names.addAll(inference.models());
    return names;
  }

  private static void require(Inference inference, String name) {
    SequencedSet<String> names = names(inference);
    if (!names.contains(name)) {
      throw new ApiException(
          ErrorCode.MODEL_NOT_FOUND,
          "the model \"%s\" does not exist: there are %s".formatted(name, String.join(", ", names)),
          "model");
    }
  }

  private void complete(Context ctx) throws InterruptedException {
    Inference model = inference();
    ChatRequest request = ChatRequest.read(Json.read(Bodies.json(ctx, maxBody)));
    request.model().ifPresent(name -> require(model, name));
    Instant created = Instant.now();
    try (ChatContext context = ChatContext.of(request, Access.caller(ctx), contexts)) {
      InferenceRequest run = run(model, request, context, Access.caller(ctx));
      executions.attend(
          ctx,
          () -> {
            if (request.stream()) {
              new ChatStream(ctx, created, request.includeUsage()).answer(listener -> model.run(run, listener));
            } else {
              answer(ctx, model.run(run, RunListener.NONE), created);
            }
          });
    }
  }

  private static InferenceRequest run(Inference inference, ChatRequest request, ChatContext context, String caller) {
    return new InferenceRequest(
        caller,
        context.query(),
        context.guest(),
        request.model().filter(inference.models()::contains),
        request.limits(),
        request.schema());
  }

  private static void answer(Context ctx, RunResult result, Instant created) {
    if (result.outcome() == RunOutcome.FAILED) {
      failure(result).answer(ctx);
    } else {
      json(ctx, ChatCompletion.whole(result, created));
    }
  }

  /** Returns the error that tells of a run that failed, with what there is of it. */
  static OpenAiError failure(RunResult result) {
    OpenAiError error =
        OpenAiError.of(
            ErrorCode.RUN_FAILED, "%s: %s".formatted(result.reason().label(), result.detail()), Optional.empty());
    error.json().set("rlm", ChatCompletion.extension(result).put("answer", result.answer()));
    return error;
  }

  private static void json(Context ctx, Object value) {
    ctx.contentType("application/json");
    ctx.result(Json.write(value));
  }
}
