package dev.rlm.engine.sandbox.protocol;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.ExecutionRequest;
import dev.rlm.engine.sandbox.ExecutionResult;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.OutputListener;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.Sandbox;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.sandbox.Usage;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sandbox whose code is run by a guest agent, whatever holds that agent.
 *
 * <p>Threads: one virtual thread reads the agent's messages for the sandbox's whole life and is the only one to call an
 * execution's listener. The thread that called {@link #execute} waits for what ends the execution: the agent's result, the
 * output limit, the end of the stream, or the clock. The first of them wins; what the guest sends later is dropped.
 *
 * <p>Verdicts are the host's: a limit that the host triggered stands, whatever the guest says of it.
 */
public final class AgentSandbox implements Sandbox {

  /** The version of PROTOCOL.md that this class speaks. */
  static final int PROTOCOL = 1;

  /** How long the interpreter may take to answer an interrupt before the sandbox is killed. */
  static final Duration INTERRUPT_GRACE = Duration.ofSeconds(1);

  /** How long a killed or dying process may take until its end is known: long, since a process that cannot be asked fails sooner. */
  static final Duration EXIT_GRACE = Duration.ofSeconds(30);

  /** How often it is looked whether an agent that is awaited can still be reached. */
  private static final Duration REACHABLE_PERIOD = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(AgentSandbox.class);

  private final String name;
  private final SandboxProcess process;
  private final ResourceLimits limits;
  private final ByteSize outputLimit;
  private final CompletableFuture<GuestMessage.Ready> ready = new CompletableFuture<>();
  private final AtomicReference<@Nullable Run> current = new AtomicReference<>();
  private final VariablesQuestion question = new VariablesQuestion(this::send);
  private final ContextDelivery contexts;
  private volatile @Nullable String gone;
  private volatile @Nullable String closed;

  private AgentSandbox(String name, SandboxProcess process, ResourceLimits limits, ByteSize outputLimit) {
    this.name = name;
    this.process = process;
    this.limits = limits;
    this.outputLimit = outputLimit;
    contexts = new ContextDelivery(name, process, this::send);
  }

  /**
   * Waits for the agent in a started process to come up.
   *
   * @param name names the sandbox in logs
   * @param process holds the agent; closed when this fails
   * @param limits what the sandbox was given, for verdicts
   * @param outputLimit how much one execution may write before it is killed
   * @param guard whether the agent must have loaded its guard
   * @throws SandboxUnavailableException when the agent did not come up by the deadline
   */
  public static AgentSandbox open(
      String name, SandboxProcess process, ResourceLimits limits, ByteSize outputLimit, boolean guard, Deadline deadline)
      throws InterruptedException {
    AgentSandbox sandbox = new AgentSandbox(name, process, limits, outputLimit);
    boolean opened = false;
    try {
      process.onOutOfMemory(sandbox::outOfMemory);
      Thread.ofVirtual().name("sandbox-" + name).start(sandbox::readMessages);
      sandbox.awaitReady(guard, deadline);
      opened = true;
      return sandbox;
    } finally {
      if (!opened) {
        sandbox.close();
      }
    }
  }

  private void awaitReady(boolean guard, Deadline deadline) throws InterruptedException {
    GuestMessage.Ready said;
    try {
      said = awaitReady(deadline);
    } catch (TimeoutException e) {
      throw unavailable(process.reachable() ? "did not come up in time" : "cannot be reached any more", e);
    } catch (ExecutionException e) {
      String end =
          process
              .awaitExit(Deadline.after(EXIT_GRACE))
              .map(exit -> "ended with status %d: %s".formatted(exit.status(), Printable.of(exit.diagnostics())))
              .orElse("broke off");
      throw unavailable(end, e);
    }
    if (said.protocol() != PROTOCOL || said.guard() != guard) {
      throw unavailable(
          "speaks protocol %d with guard %s, not %d with %s".formatted(said.protocol(), said.guard(), PROTOCOL, guard), null);
    }
  }

  /** Gives up sooner when the agent can no longer be reached. */
  private GuestMessage.Ready awaitReady(Deadline deadline)
      throws InterruptedException, ExecutionException, TimeoutException {
    while (true) {
      Deadline next = deadline.within(REACHABLE_PERIOD);
      try {
        return ready.get(next.remaining().toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (deadline.expired() || !process.reachable()) {
          throw e;
        }
      }
    }
  }

  private SandboxUnavailableException unavailable(String what, @Nullable Throwable cause) {
    String message = "the agent in sandbox %s %s".formatted(name, what);
    return cause == null
        ? new SandboxUnavailableException(SandboxUnavailableException.Reason.AGENT, message)
        : new SandboxUnavailableException(SandboxUnavailableException.Reason.AGENT, message, cause);
  }

  @Override
  public ExecutionResult execute(ExecutionRequest request, OutputListener listener) throws InterruptedException {
    if (!process.reachable()) {
      throw new SandboxUnavailableException(
          SandboxUnavailableException.Reason.DAEMON,
          "sandbox %s cannot be reached now, and was not sent the code: try again later".formatted(name));
    }
    CallDispatcher calls = new CallDispatcher(request.id(), request.calls(), request.calls().limits(), this::send);
    Run run = new Run(request.id(), listener, outputLimit, calls);
    if (!current.compareAndSet(null, run)) {
      throw new IllegalStateException("an execution is under way in sandbox " + name);
    }
    long started = System.nanoTime();
    SandboxProcess.Consumption before = process.consumption();
    try {
      Conclusion conclusion = conclude(request, run);
      return conclusion.result(usage(started, before, conclusion.memoryPeak()));
    } catch (InterruptedException e) {
      cancel(request, run);
      throw e;
    } finally {
      run.end();
      current.set(null);
    }
  }

  @Override
  public void interrupt(String executionId) {
    Run run = current.get();
    if (run != null && run.isCalled(executionId)) {
      run.interrupt();
      send(new HostMessage.Interrupt(executionId));
    }
  }

  @Override
  public Optional<Map<String, String>> variables(Deadline deadline) throws InterruptedException {
    return alive() ? question.ask(deadline) : Optional.empty();
  }

  /**
   * Ends code whose result nobody waits for any more. Further interrupts of the calling thread do not shorten its grace: more than
   * one may notice that a client is gone, and the session's state is not theirs to throw away.
   */
  private void cancel(ExecutionRequest request, Run run) {
    send(new HostMessage.Interrupt(request.id()));
    Deadline grace = Deadline.after(INTERRUPT_GRACE);
    boolean interrupted = false;
    Optional<Ending> ending = Optional.empty();
    while (ending.isEmpty() && !grace.expired()) {
      try {
        ending = run.await(grace.remaining());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!(ending.orElse(null) instanceof Ending.Result)) {
      lose("its execution was abandoned");
    }
  }

  private Conclusion conclude(ExecutionRequest request, Run run) throws InterruptedException {
    String lost = gone;
    if (lost != null) {
      return new Conclusion(new Outcome.SandboxLost(lost));
    }
    send(
        new HostMessage.Execute(
            request.id(),
            request.code(),
            request.context().map(context -> contexts.deliver(request.id(), context)),
            request.calls().functions().stream().sorted().toList()));
    Optional<Ending> ending = awaitEnding(request, run);
    if (ending.isPresent()) {
      return conclude(ending.get(), run.interrupted());
    }
    send(new HostMessage.Interrupt(request.id()));
    if (run.await(INTERRUPT_GRACE).orElse(null) instanceof Ending.Result(GuestMessage.Result result)) {
      return new Conclusion(new Outcome.TimedOut(request.timeout(), true), result);
    }
    if (!process.reachable()) {
      lose("it could not be reached when its code ran into the time limit");
      return new Conclusion(new Outcome.SandboxLost("it could not be reached, and its time is up"));
    }
    lose("its code ran into the time limit and did not answer the interrupt");
    return new Conclusion(new Outcome.TimedOut(request.timeout(), false));
  }

  /** Waits as long as the code may take; where waiting for the host's answers does not count, so much longer. */
  private static Optional<Ending> awaitEnding(ExecutionRequest request, Run run) throws InterruptedException {
    Duration credited = Duration.ZERO;
    Optional<Ending> ending = run.await(request.timeout());
    while (ending.isEmpty() && !request.calls().timed()) {
      Duration waited = run.waited();
      if (waited.equals(credited)) {
        return Optional.empty();
      }
      ending = run.await(waited.minus(credited));
      credited = waited;
    }
    return ending;
  }

  private Conclusion conclude(Ending ending, boolean interrupted) throws InterruptedException {
    return switch (ending) {
      case Ending.Result(GuestMessage.Result result) -> {
        Outcome outcome = Verdict.ofResult(result, limits, interrupted);
        if (outcome instanceof Outcome.SandboxLost(String cause)) {
          lose(cause);
        }
        yield new Conclusion(outcome, result);
      }
      case Ending.TooMuchOutput() -> {
        lose("its code wrote more than the limit");
        yield new Conclusion(new Outcome.OutputLimit(outputLimit));
      }
      case Ending.OutOfMemory() -> new Conclusion(new Outcome.OutOfMemory(limits.memory()));
      case Ending.Broken(String cause) -> new Conclusion(new Outcome.SandboxLost(cause));
      case Ending.StreamEnded() -> ofDeath();
    };
  }

  private Conclusion ofDeath() throws InterruptedException {
    Optional<SandboxProcess.ExitEvidence> evidence =
        closed == null ? process.awaitExit(Deadline.after(EXIT_GRACE)) : Optional.empty();
    if (evidence.isEmpty()) {
      String cause = Objects.requireNonNullElse(closed, "the connection to it ended, and its own end was not seen");
      lose(cause);
      return new Conclusion(new Outcome.SandboxLost(cause));
    }
    SandboxProcess.ExitEvidence exit = evidence.get();
    if (!exit.diagnostics().isEmpty()) {
      log.debug("sandbox {} said: {}", name, Printable.of(exit.diagnostics()));
    }
    return new Conclusion(Verdict.ofDeath(exit, limits), exit.memoryPeak());
  }

  private Usage usage(long started, SandboxProcess.Consumption before, OptionalLong peak) {
    Duration wall = Duration.ofNanos(System.nanoTime() - started);
    SandboxProcess.Consumption after = process.consumption();
    return new Usage(
        wall,
        after.cpu().flatMap(end -> before.cpu().map(end::minus)),
        after.memoryPeak().isPresent() ? after.memoryPeak() : peak);
  }

  private void send(HostMessage message) {
    try {
      process.send(MessageWriter.frame(message));
    } catch (IOException e) {
      // The reader sees the same end of the connection and says so.
      log.debug("sandbox {} could not be written to: {}", name, e.getMessage());
    }
  }

  private void readMessages() {
    Ending ending;
    try {
      MessageReader reader = new MessageReader(process.output());
      Optional<GuestMessage> message = reader.read();
      while (message.isPresent()) {
        accept(message.get());
        message = reader.read();
      }
      ending = new Ending.StreamEnded();
    } catch (ProtocolException e) {
      ending = new Ending.Broken("the guest broke the protocol: " + e.getMessage());
    } catch (IOException e) {
      ending = new Ending.StreamEnded();
      log.debug("sandbox {}: {}", name, e.getMessage());
    } catch (RuntimeException e) {
      ending = new Ending.Broken("the host failed to read from the guest");
      log.error("sandbox {} cannot be read from", name, e);
    }
    switch (ending) {
      case Ending.Broken(String cause) -> lose(cause);
      case Ending.StreamEnded _ -> markGone("its process ended");
      case Ending.Result _, Ending.TooMuchOutput _, Ending.OutOfMemory _ -> throw new AssertionError("these do not end the reading");
    }
    question.withdraw();
    ready.completeExceptionally(new IOException("the stream ended"));
    Run run = current.get();
    if (run != null) {
      run.complete(ending);
    }
  }

  private void outOfMemory() {
    lose("it ran out of memory");
    Run run = current.get();
    if (run != null) {
      run.complete(new Ending.OutOfMemory());
    }
  }

  private void accept(GuestMessage message) {
    Run run = current.get();
    switch (message) {
      case GuestMessage.Ready said -> ready.complete(said);
      case GuestMessage.Output output -> {
        if (run != null && run.isCalled(output.id())) {
          run.output(output.stream(), output.data());
        }
      }
      case GuestMessage.Call call -> {
        if (run != null && run.isCalled(call.id())) {
          run.call(call);
        }
      }
      case GuestMessage.Variables variables -> question.answered(variables);
      case GuestMessage.Result result -> {
        if (run != null && run.isCalled(result.id())) {
          run.complete(new Ending.Result(result));
        }
      }
    }
  }

  private void lose(String cause) {
    markGone(cause);
    process.kill();
  }

  private void markGone(String cause) {
    if (gone == null) {
      gone = cause;
    }
  }

  @Override
  public boolean alive() {
    return gone == null;
  }

  @Override
  public void close() {
    closed = "it was closed";
    markGone("it was closed");
    process.close();
  }
}
