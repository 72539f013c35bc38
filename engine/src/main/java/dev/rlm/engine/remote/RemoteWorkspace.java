package dev.rlm.engine.remote;

import dev.rlm.engine.client.CallingCode;
import dev.rlm.engine.client.ClientException;
import dev.rlm.engine.client.Code;
import dev.rlm.engine.client.Event;
import dev.rlm.engine.client.Offer;
import dev.rlm.engine.client.RemoteSession;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.execution.EgressFinding;
import dev.rlm.engine.repl.Workspace;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.HostCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** A session of another engine. Used by one thread. */
final class RemoteWorkspace implements Workspace {

  private static final String LOST = "sandbox_lost";

  /** Outcomes after which a session is there in any case. */
  private static final Set<String> KEPT = Set.of("completed", "raised");

  private static final int SHOWN_OF_EACH_END = 512 << 10;

  private final RemoteSession session;
  private final Egress.Session way;
  private final boolean nested;
  private final Runnable onClose;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Takes over a session; {@code onClose} is called once when it is not used any more. */
  RemoteWorkspace(RemoteSession session, Egress.Session way, boolean nested, Runnable onClose) {
    this.session = session;
    this.way = way;
    this.nested = nested;
    this.onClose = onClose;
  }

  @Override
  public BlockResult run(String code, Duration timeout, HostCalls calls) throws InterruptedException {
    Egress.Calls filtered = way.filtered(calls);
    try (CallingCode running =
            session.run(
                new Code(code, Optional.empty(), Optional.of(timeout)), new Offer(calls.functions(), calls.timed(), nested));
        Answers answers = new Answers(running, filtered.functions())) {
      return new Reading(filtered).toItsEnd(running, answers);
    } catch (ClientException e) {
      return lost(e.getMessage());
    }
  }

  private static BlockResult lost(String why) {
    return new BlockResult(
        LOST, "", "", Optional.empty(), Optional.of(new ExecutionError("SandboxLost", why, "")), Optional.empty(), false, List.of());
  }

  /** Puts together what is heard of a block. */
  private final class Reading {

    private final Egress.Calls calls;
    private final HeadAndTail stdout = new HeadAndTail(SHOWN_OF_EACH_END);
    private final HeadAndTail stderr = new HeadAndTail(SHOWN_OF_EACH_END);
    private final List<EgressFinding> findings = new ArrayList<>();
    private Optional<String> result = Optional.empty();
    private Optional<ExecutionError> error = Optional.empty();

    Reading(Egress.Calls calls) {
      this.calls = calls;
    }

    BlockResult toItsEnd(CallingCode running, Answers answers) throws InterruptedException {
      while (true) {
        switch (running.next()) {
          case Event.Call call -> answers.answer(call);
          case Event.Output output ->
              (output.stream() == Event.Stream.STDOUT ? stdout : stderr).add(output.text());
          case Event.Result value -> result = Optional.of(passed(value.value()));
          case Event.Failed failed ->
              error = Optional.of(new ExecutionError(passed(failed.name()), passed(failed.value()), passed(failed.traceback())));
          case Event.Ended ended -> {
            return end(ended);
          }
          case Event.Refused refused -> {
            return lost(refused.problem().detail());
          }
          case Event.Started _, Event.Other _ -> {}
        }
      }
    }

    private BlockResult end(Event.Ended ended) throws InterruptedException {
      String out = passed(stdout.text());
      String err = passed(stderr.text());
      ended.findings().forEach(found -> findings.add(finding(found)));
      findings.addAll(calls.findings());
      boolean usable = KEPT.contains(ended.outcome()) || session.exists();
      return new BlockResult(ended.outcome(), out, err, result, error, ended.changed(), usable, findings);
    }

    private String passed(String text) {
      Egress.Passed passed = way.prompt(text);
      findings.addAll(passed.findings());
      return passed.text();
    }
  }

  private static EgressFinding finding(Event.Finding found) {
    return new EgressFinding(
        found.rule(),
        found.channel(),
        found.offset(),
        found.length(),
        found.decodeChain(),
        found.confidence(),
        found.action(),
        found.tag());
  }

  @Override
  public Egress.Session egress() {
    return way;
  }

  /** Tells the other engine behind the caller's back, who may have been interrupted, and waits for nothing. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      Thread.ofVirtual()
          .name("close-workspace")
          .start(
              () -> {
                session.close();
                onClose.run();
              });
    }
  }
}
