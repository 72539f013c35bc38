package dev.rlm.engine.repl;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.model.ChatMessage;
import dev.rlm.engine.model.Completion;
import dev.rlm.engine.model.ModelException;
import dev.rlm.engine.sandbox.EngineException;
import dev.rlm.engine.sandbox.GuestContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;

/**
 * One loop: a model, its conversation, and a workspace that keeps its state. Used by one thread.
 */
final class Loop {

  static final String TIME_IS_OVER = "the time of the run is over";

  private final Run run;
  private final Task task;
  private final int number;
  private final Semaphore children = SubCalls.placesForChildren();
  private int iteration;
  private String best = "";

  /**
   * What a loop is for.
   *
   * @param query the question
   * @param context what its code finds
   * @param model drives it
   * @param depth 1 for the first loop
   * @param parent the loop whose code asks
   * @param schema what the answer must be
   */
  record Task(
      String query,
      GuestContext context,
      String model,
      int depth,
      OptionalInt parent,
      Optional<AnswerSchema> schema) {}

  /**
   * What came of it.
   *
   * @param detail in words, where there is something to say
   * @param answer the answer, or the best there was
   */
  record Result(StopReason reason, String detail, String answer) {}

  Loop(Run run, Task task) {
    this.run = run;
    this.task = task;
    this.number = run.nextLoop();
  }

  int number() {
    return number;
  }

  /**
   * Runs the loop to its end; its workspace is gone then.
   *
   * @throws EngineException when the first loop of a run gets no workspace
   */
  Result run() throws InterruptedException {
    long started = System.nanoTime();
    Result result;
    try (LoopWorkspace workspace = new LoopWorkspace(run, task)) {
      result = inWorkspace(workspace);
    } catch (EngineException e) {
      if (task.parent().isEmpty() && iteration == 0 && !(e instanceof ModelException) && !(e instanceof BudgetExhaustedException)) {
        throw e;
      }
      result = stopped(e);
    } catch (InterruptedException e) {
      if (!run.scope().stopped(RunScope.Stop.TIME)) {
        throw e;
      }
      result = new Result(StopReason.TIME, TIME_IS_OVER, best);
    }
    Duration time = Duration.ofNanos(System.nanoTime() - started);
    run.events().emit(new RunEvent.LoopEnded(number, iteration, result.reason(), result.answer(), time));
    return result;
  }

  private Result stopped(EngineException e) {
    StopReason reason =
        switch (e) {
          case BudgetExhaustedException budget -> budget.reason();
          case ModelException model when model.reason() == ModelException.Reason.TIMEOUT && run.scope().deadline().expired() ->
              StopReason.TIME;
          case ModelException _ -> StopReason.MODEL_FAILED;
          default -> StopReason.SANDBOX_FAILED;
        };
    return new Result(reason, e.getMessage(), best);
  }

  private Result inWorkspace(LoopWorkspace workspace) throws InterruptedException {
    workspace.open();
    run.budget().reached(task.depth());
    String query = redacted(workspace, task.query());
    run.events().emit(new RunEvent.LoopStarted(number, task.parent(), task.depth(), task.model(), query));
    History history =
        new History(
            Prompts.beginning(
                query,
                ContextSummary.of(task.context()),
                task.schema(),
                run.limits(),
                task.depth() < run.limits().depth(),
                run.settings().blockTimeout()),
            run.settings().promptWindow());
    while (true) {
      run.budget().takeIteration();
      iteration++;
      Completion completion = takeTurn(history, workspace.egress());
      Reply reply = ReplyParser.parse(completion.text());
      List<String> feedback = new ArrayList<>();
      if (completion.finish() == Completion.Finish.LENGTH) {
        feedback.add(Prompts.CUT_OFF);
      }
      Optional<String> answer = act(reply, workspace, feedback);
      if (answer.isPresent()) {
        return new Result(StopReason.ANSWERED, "", answer.get());
      }
      if (iteration == run.limits().iterations()) {
        return new Result(
            StopReason.ITERATIONS, "there was no answer after %d turns, as many as there may be".formatted(iteration), best);
      }
      feedback.add(Prompts.turn(iteration + 1, run.limits().iterations()));
      history.tell(String.join("\n\n", feedback));
    }
  }

  private Completion takeTurn(History history, Egress.Session way) throws InterruptedException {
    long started = System.nanoTime();
    Completion completion = run.ask(task.model(), history.next());
    List<ChatMessage> asked = history.unsaid();
    history.said(completion);
    run.events()
        .emit(
            new RunEvent.Turn(
                number,
                iteration,
                task.model(),
                asked,
                way.prompt(completion.text()).text(),
                completion.finish(),
                completion.usage(),
                completion.retries(),
                Duration.ofNanos(System.nanoTime() - started)));
    return completion;
  }

  /** Does what a reply asks for; returns the answer if it gave one, else adds what the model is to be told. */
  private Optional<String> act(Reply reply, LoopWorkspace workspace, List<String> feedback) throws InterruptedException {
    LoopCalls calls =
        new LoopCalls(
            new SubCalls(run, task, number, iteration, workspace.egress(), children),
            run.scope(),
            run.limits().concurrentCalls());
    Optional<JsonNode> given = Optional.empty();
    if (!reply.blocks().isEmpty()) {
      given = runBlocks(reply.blocks(), workspace, calls, feedback);
    } else if (reply.ending().isPresent()) {
      given = end(reply.ending().get(), workspace, calls, feedback);
    } else if (!reply.unclosed()) {
      feedback.add(Prompts.NO_CODE);
    }
    if (reply.unclosed()) {
      feedback.add(Prompts.UNCLOSED);
    }
    calls.draft().map(JsonValue::asAnswer).ifPresent(draft -> best = draft);
    if (best.isEmpty() && reply.blocks().isEmpty()) {
      best = passed(workspace, reply.prose());
    }
    return given.isPresent() ? accept(given.get(), feedback) : Optional.empty();
  }

  private Optional<JsonNode> runBlocks(
      List<String> blocks, LoopWorkspace workspace, LoopCalls calls, List<String> feedback) throws InterruptedException {
    for (int block = 1; block <= blocks.size(); block++) {
      String code = blocks.get(block - 1);
      run.events().emit(new RunEvent.Code(number, iteration, block, redacted(workspace, code)));
      long started = System.nanoTime();
      Workspace.BlockResult result = workspace.run(code, calls);
      Excerpt shown = OutputView.of(result, run.budget());
      Duration time = Duration.ofNanos(System.nanoTime() - started);
      run.events()
          .emit(new RunEvent.Output(number, iteration, block, result.outcome(), shown.text(), shown.cut(), time));
      feedback.add((blocks.size() == 1 ? "Output:\n" : "Output of block %d:\n".formatted(block)) + shown.text());
      if (calls.answer().isPresent()) {
        return calls.answer();
      }
      if (!result.usable()) {
        workspace.reopen();
        feedback.add(Prompts.LOST);
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Makes an answer of an ending that stood in the text. */
  private Optional<JsonNode> end(
      Reply.TextEnding ending, LoopWorkspace workspace, LoopCalls calls, List<String> feedback)
      throws InterruptedException {
    return switch (ending) {
      case Reply.TextEnding.Literal(String text) -> Optional.of(literal(workspace, text));
      case Reply.TextEnding.Variable(String name, boolean certain) -> {
        Workspace.BlockResult result = workspace.run("FINAL_VAR(\"%s\")".formatted(name), calls);
        if (calls.answer().isEmpty() && !certain) {
          yield Optional.of(literal(workspace, name));
        }
        result.error().ifPresent(error -> feedback.add("%s: %s".formatted(error.name(), error.value())));
        yield calls.answer();
      }
      case Reply.TextEnding.Statement(String code) -> {
        Workspace.BlockResult result = workspace.run(code, calls);
        result.error().ifPresent(error -> feedback.add("%s: %s".formatted(error.name(), error.value())));
        yield calls.answer();
      }
    };
  }

  private JsonNode literal(LoopWorkspace workspace, String text) {
    return com.fasterxml.jackson.databind.node.TextNode.valueOf(passed(workspace, text));
  }

  private String passed(LoopWorkspace workspace, String text) {
    Egress.Passed passed = workspace.egress().answer(text);
    run.events().note(passed.findings());
    return passed.text();
  }

  private String redacted(LoopWorkspace workspace, String text) {
    return workspace.egress().prompt(text).text();
  }

  /** Checks an answer against the schema, where there is one. */
  private Optional<String> accept(JsonNode given, List<String> feedback) {
    String answer = JsonValue.asAnswer(given);
    if (task.schema().isEmpty()) {
      return Optional.of(answer);
    }
    AnswerSchema schema = task.schema().get();
    List<String> problems = schema.problems(answer);
    if (problems.isEmpty()) {
      return Optional.of(answer);
    }
    String quoted = JsonValue.write(given);
    if (given.isTextual() && schema.problems(quoted).isEmpty()) {
      return Optional.of(quoted);
    }
    best = answer;
    feedback.add(Prompts.rejected(problems));
    return Optional.empty();
  }
}
