package dev.rlm.engine.repl;

import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.model.Completion;
import dev.rlm.engine.model.ModelClient;
import dev.rlm.engine.model.ModelException;
import dev.rlm.engine.model.Models;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.GuestContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs loops, each with all of its children in threads of their own, which the calling thread waits for: so a whole tree can be stopped
 * at one time, by the clock or by an interrupt.
 */
public final class RecursiveInference implements Inference {

  /** What is told of an empty context, which every loop has that is given none. */
  private static final GuestContext NO_CONTEXT = new GuestContext.Json("\"\"");

  /** How long threads that were interrupted may take to end: longer than a sandbox's grace. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Settings settings;
  private final Egress egress;
  private final RunRecorder recorder;
  private final RunLimits limits;
  private final int maxRuns;
  private final Semaphore places;
  private final Set<RunScope> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * What all runs share.
   *
   * @param models the models there are
   * @param client asks them
   * @param workspaces where code runs
   * @param maxAnswerTokens the most that one answer of a model may take
   * @param promptWindow tokens of a conversation that models can be sent
   * @param blockTimeout how long a block may run, the time in which it waits for models excluded
   */
  public record Settings(
      Models models,
      ModelClient client,
      Workspace.Factory workspaces,
      int maxAnswerTokens,
      long promptWindow,
      Duration blockTimeout) {}

  /**
   * Creates it.
   *
   * @param egress filters what a model is told outside of a loop
   * @param limits what a run may take; requests may lower them
   * @param maxRuns how many may be under way at one time
   */
  public RecursiveInference(Settings settings, Egress egress, RunRecorder recorder, RunLimits limits, int maxRuns) {
    this.settings = settings;
    this.egress = egress;
    this.recorder = recorder;
    this.limits = limits;
    this.maxRuns = maxRuns;
    this.places = new Semaphore(maxRuns);
  }

  @Override
  public SequencedSet<String> models() {
    return settings.models().offered();
  }

  @Override
  public RunLimits limits() {
    return limits;
  }

  @Override
  public RunResult run(InferenceRequest request, RunListener listener) throws InterruptedException {
    RunLimits lowered = limits.loweredTo(request.limits());
    String model = request.model().orElse(settings.models().standard());
    check(request, model, lowered);
    if (!places.tryAcquire()) {
      throw new InferenceException(
          InferenceException.Reason.TOO_MANY,
          "%d runs are under way, as many as there may be (RLM_MAX_RUNS): try again later".formatted(maxRuns));
    }
    RunScope scope = new RunScope(Deadline.after(lowered.time()));
    underWay.add(scope);
    try {
      if (closed) {
        throw new InferenceException(InferenceException.Reason.STOPPING, "the engine is stopping");
      }
      return run(request, model, lowered, scope, listener);
    } finally {
      underWay.remove(scope);
      places.release();
    }
  }

  private void check(InferenceRequest request, String model, RunLimits lowered) {
    if (request.query().isBlank()) {
      throw invalid("the query is empty: ask something");
    }
    if (!models().contains(model)) {
      throw invalid("there is no model %s: there are %s".formatted(model, String.join(", ", models())));
    }
    if (lowered.cost().isPresent()) {
      for (String named : List.of(model, settings.models().recursive())) {
        if (settings.models().price(named).isEmpty()) {
          throw Budget.unknownPrice(named);
        }
      }
    }
  }

  private static InferenceException invalid(String message) {
    return new InferenceException(InferenceException.Reason.INVALID, message);
  }

  private RunResult run(
      InferenceRequest request, String model, RunLimits lowered, RunScope scope, RunListener listener)
      throws InterruptedException {
    RunId id = RunId.random();
    RunEvents events =
        new RunEvents(recorder.begin(id, request.owner()), listener, () -> scope.stop(RunScope.Stop.CANCELLED));
    Run run = new Run(settings, new Budget(lowered, settings.models()), scope, events, new AtomicInteger());
    long started = System.nanoTime();
    try {
      Loop.Result result = toItsEnd(() -> answer(run, id, request, model), scope);
      RunResult whole =
          new RunResult(
              id,
              model,
              lowered.depth(),
              result.reason(),
              result.detail(),
              result.answer(),
              run.budget().totals(),
              Duration.ofNanos(System.nanoTime() - started),
              events.findings());
      events.emit(new RunEvent.Ended(whole));
      return whole;
    } finally {
      events.end();
    }
  }

  /** Work that ends with a result. */
  @FunctionalInterface
  private interface Work {
    Loop.Result run() throws InterruptedException;
  }

  private static Loop.Result toItsEnd(Work work, RunScope scope) throws InterruptedException {
    try {
      return inThreadOfItsOwn(work, scope);
    } finally {
      scope.awaitEnd(PATIENCE);
    }
  }

  private static Loop.Result inThreadOfItsOwn(Work work, RunScope scope) throws InterruptedException {
    FutureTask<Loop.Result> task =
        new FutureTask<>(
            () -> {
              try (RunScope.Part _ = scope.join()) {
                return work.run();
              }
            });
    Thread.ofVirtual().name("run").start(task);
    try {
      return get(task, scope.deadline().remaining());
    } catch (TimeoutException e) {
      scope.stop(RunScope.Stop.TIME);
    } catch (InterruptedException e) {
      scope.stop(RunScope.Stop.CANCELLED);
      awaitEnd(task);
      throw e;
    }
    try {
      return get(task, Duration.ofDays(1)); // Every wait in it was interrupted: what is left is to put the answer together.
    } catch (TimeoutException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      awaitEnd(task);
      throw e;
    }
  }

  private static Loop.Result get(FutureTask<Loop.Result> task, Duration time) throws InterruptedException, TimeoutException {
    try {
      return task.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case InterruptedException interrupted -> throw interrupted;
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    }
  }

  private static void awaitEnd(FutureTask<Loop.Result> task) {
    boolean interrupted = false;
    while (!task.isDone()) {
      try {
        task.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        break; // It was broken off, which is what was wanted.
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Loop.Result answer(Run run, RunId id, InferenceRequest request, String model) throws InterruptedException {
    GuestContext context = request.context().orElse(NO_CONTEXT);
    Egress.Session way = egress.open(context instanceof GuestContext.Stored ? Optional.of(context) : Optional.empty());
    run.events()
        .emit(
            new RunEvent.Started(
                id,
                model,
                settings.models().recursive(),
                way.prompt(request.query()).text(),
                ContextSummary.of(context),
                run.limits()));
    Optional<Loop.Result> direct = directly(run, request, context, model);
    if (direct.isPresent()) {
      return direct.get();
    }
    return new Loop(run, new Loop.Task(request.query(), context, model, 1, OptionalInt.empty(), request.schema())).run();
  }

  /** Lets the model answer without a loop where the input is small; empty when it is not, or its answer is not what it must be. */
  private Optional<Loop.Result> directly(Run run, InferenceRequest request, GuestContext context, String model)
      throws InterruptedException {
    Optional<String> small = small(context, run.limits().directCharacters() - request.query().length());
    if (small.isEmpty()) {
      return Optional.empty();
    }
    Egress.Session way = egress.open(Optional.of(context));
    Egress.Passed query = way.prompt(request.query());
    Egress.Passed text = way.prompt(small.get());
    run.events().note(query.findings());
    run.events().note(text.findings());
    try {
      Completion completion = run.ask(model, Prompts.direct(query.text(), text.text(), request.schema()));
      Egress.Passed answer = way.answer(completion.text().strip());
      run.events().note(answer.findings());
      boolean valid = request.schema().map(schema -> schema.problems(answer.text()).isEmpty()).orElse(true);
      return valid && !answer.text().isEmpty()
          ? Optional.of(new Loop.Result(StopReason.ANSWERED_DIRECTLY, "", answer.text()))
          : Optional.empty();
    } catch (BudgetExhaustedException e) {
      return Optional.of(new Loop.Result(e.reason(), e.getMessage(), ""));
    } catch (ModelException e) {
      return Optional.of(new Loop.Result(StopReason.MODEL_FAILED, e.getMessage(), ""));
    } catch (InterruptedException e) {
      if (!run.scope().stopped(RunScope.Stop.TIME)) {
        throw e;
      }
      return Optional.of(new Loop.Result(StopReason.TIME, Loop.TIME_IS_OVER, ""));
    }
  }

  private static Optional<String> small(GuestContext context, int most) {
    return switch (context) {
      case GuestContext.Json(String json) ->
          json.length() <= most ? Optional.of(JsonValue.asAnswer(JsonValue.read(json))) : Optional.empty();
      case GuestContext.Stored stored -> stored.text() && stored.characters() <= most ? Optional.of(read(stored)) : Optional.empty();
    };
  }

  private static String read(GuestContext.Stored stored) {
    try {
      return Files.readString(stored.data());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    underWay.forEach(scope -> scope.stop(RunScope.Stop.CANCELLED));
  }
}
