package dev.rlm.engine.repl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.model.ChatMessage;
import dev.rlm.engine.model.Completion;
import dev.rlm.engine.model.TokenUsage;
import dev.rlm.engine.sandbox.EngineException;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls.HostCallException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** Answers what code of one loop asks of models and of child loops. What is asked has passed the filter. Safe for use by many threads. */
final class SubCalls {

  /** A child has a sandbox of its own: so many of one loop run at one time. */
  private static final int CONCURRENT_CHILDREN = 4;

  /** A plain model call has no room for a larger context. */
  private static final int MAX_INLINE_CONTEXT = 300_000;

  /** All answers of a batch travel together, within what the guest takes. */
  private static final int MAX_ANSWERS = 12 << 20;

  private final Run run;
  private final Loop.Task parent;
  private final int loop;
  private final int iteration;
  private final Egress.Session way;
  private final Semaphore children;

  /** Creates the desk of a loop for one of its turns. */
  SubCalls(Run run, Loop.Task parent, int loop, int iteration, Egress.Session way, Semaphore children) {
    this.run = run;
    this.parent = parent;
    this.loop = loop;
    this.iteration = iteration;
    this.way = way;
    this.children = children;
  }

  static Semaphore placesForChildren() {
    return new Semaphore(CONCURRENT_CHILDREN, true);
  }

  /** Finds a text that was handed over in pieces. */
  @FunctionalInterface
  interface Pieces {
    String text(JsonNode numbers) throws HostCallException;
  }

  /** Asks a model for each prompt, all at the same time within the run's limit; answers an object with a text or an error for each. */
  ArrayNode askModels(JsonNode prompts, Optional<String> named) throws HostCallException, InterruptedException {
    String model = named.orElse(run.models().recursive());
    if (!run.models().offered().contains(model)) {
      throw new HostCallException(
          "ValueError", "there is no model %s: there are %s".formatted(model, String.join(", ", run.models().offered())));
    }
    int first = take(prompts.size());
    List<Work> works = new ArrayList<>();
    for (JsonNode prompt : prompts) {
      int number = first + works.size();
      works.add(() -> askModel(number, model, prompt.asText()));
    }
    return inParallel(works);
  }

  /** Runs a child loop for each task, a few at the same time; answers like {@link #askModels}. */
  ArrayNode runLoops(JsonNode tasks, Pieces pieces) throws HostCallException, InterruptedException {
    int first = take(tasks.size());
    List<Work> works = new ArrayList<>();
    for (JsonNode task : tasks) {
      int number = first + works.size();
      String prompt = task.path("prompt").asText();
      GuestContext context = context(task, pieces);
      works.add(
          parent.depth() < run.limits().depth()
              ? () -> runLoop(number, prompt, context)
              : () -> askModel(number, run.models().recursive(), withContext(prompt, context)));
    }
    return inParallel(works);
  }

  private int take(int count) throws HostCallException {
    OptionalInt first = run.budget().takeSubCalls(count);
    if (first.isEmpty()) {
      throw new HostCallException(
          "RuntimeError",
          "%d calls are wanted, and of the %d that this run may make fewer are left: none was made"
              .formatted(count, run.limits().subCalls()));
    }
    return first.getAsInt();
  }

  private GuestContext context(JsonNode task, Pieces pieces) throws HostCallException {
    if (task.path("same").asBoolean()) {
      return parent.context();
    }
    JsonNode handed = task.get("pieces");
    Object value = handed != null ? pieces.text(handed) : task.has("value") ? task.get("value") : "";
    return new GuestContext.Json(JsonValue.write(value));
  }

  private static String withContext(String prompt, GuestContext context) throws HostCallException {
    String text =
        context instanceof GuestContext.Json(String json) && json.length() <= MAX_INLINE_CONTEXT
            ? JsonValue.asAnswer(JsonValue.read(json))
            : null;
    if (text == null) {
      throw new HostCallException(
          "ValueError",
          "no deeper loops are allowed, and a plain model call takes no context of more than %,d characters: send a part of it"
              .formatted(MAX_INLINE_CONTEXT));
    }
    return text.isEmpty() ? prompt : "%s\n\n%s".formatted(prompt, text);
  }

  /** One call: gives its answer, or says why there is none. */
  @FunctionalInterface
  private interface Work {
    String answer() throws HostCallException, InterruptedException;
  }

  private ArrayNode inParallel(List<Work> works) throws HostCallException, InterruptedException {
    ArrayNode answers = JsonNodeFactory.instance.arrayNode();
    if (works.size() == 1) {
      return answers.add(answer(works.getFirst()));
    }
    List<Future<ObjectNode>> futures = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Work work : works) {
        futures.add(
            threads.submit(
                () -> {
                  try (RunScope.Part _ = run.scope().join()) {
                    return answer(work);
                  }
                }));
      }
      long characters = 0;
      for (Future<ObjectNode> future : futures) {
        ObjectNode answer = future.get();
        characters += answer.path("text").asText().length();
        answers.add(characters <= MAX_ANSWERS ? answer : error("ValueError", "the answers of the batch are too large together"));
      }
      return answers;
    } catch (InterruptedException | ExecutionException e) {
      futures.forEach(future -> future.cancel(true));
      if (e instanceof InterruptedException interrupted) {
        throw interrupted;
      }
      if (e.getCause() instanceof InterruptedException) {
        throw new InterruptedException();
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static ObjectNode answer(Work work) throws InterruptedException {
    try {
      return JsonNodeFactory.instance.objectNode().put("text", work.answer());
    } catch (HostCallException e) {
      return error(e.name(), e.text());
    } catch (EngineException e) {
      return error("RuntimeError", e.getMessage());
    }
  }

  private static ObjectNode error(String name, String message) {
    return JsonNodeFactory.instance.objectNode().put("name", name).put("error", message);
  }

  private String askModel(int number, String model, String prompt) throws InterruptedException {
    long started = System.nanoTime();
    try {
      Completion completion = run.ask(model, List.of(ChatMessage.user(prompt)));
      tell(number, OptionalInt.empty(), model, prompt, completion.text(), Optional.empty(), completion.usage(), started);
      return completion.text();
    } catch (EngineException e) {
      tell(number, OptionalInt.empty(), model, prompt, "", Optional.of(e.getMessage()), TokenUsage.NONE, started);
      throw e;
    }
  }

  private String runLoop(int number, String prompt, GuestContext context) throws HostCallException, InterruptedException {
    children.acquire();
    try {
      long started = System.nanoTime();
      String model = run.models().recursive();
      Loop child =
          new Loop(
              run,
              new Loop.Task(prompt, context, model, parent.depth() + 1, OptionalInt.of(loop), Optional.empty()));
      Loop.Result result = child.run();
      boolean answered = result.reason().outcome() == RunOutcome.ANSWERED;
      Optional<String> failure = answered ? Optional.empty() : Optional.of(failure(result));
      tell(number, OptionalInt.of(child.number()), model, prompt, result.answer(), failure, TokenUsage.NONE, started);
      if (!answered && result.answer().isEmpty()) {
        throw new HostCallException("RuntimeError", failure(result));
      }
      return result.answer();
    } finally {
      children.release();
    }
  }

  private static String failure(Loop.Result result) {
    return "the loop ended without an answer (%s): %s".formatted(result.reason().label(), result.detail());
  }

  /** A child's own calls are told as such: its tokens are not told twice. */
  private void tell(
      int number,
      OptionalInt child,
      String model,
      String prompt,
      String answer,
      Optional<String> failure,
      TokenUsage usage,
      long started) {
    run.events()
        .emit(
            new RunEvent.SubCall(
                loop,
                iteration,
                number,
                child,
                model,
                Excerpt.of(prompt, RunEvent.SubCall.PREVIEW).text(),
                Excerpt.of(way.prompt(answer).text(), RunEvent.SubCall.PREVIEW).text(),
                failure,
                usage,
                Duration.ofNanos(System.nanoTime() - started)));
  }

}
