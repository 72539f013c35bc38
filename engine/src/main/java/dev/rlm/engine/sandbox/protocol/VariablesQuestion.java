package dev.rlm.engine.sandbox.protocol;

import dev.rlm.engine.sandbox.Deadline;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a guest for its variables. However many ask at a time, one question is under way, and its answer is for all of them: who asks
 * cannot flood the guest. Safe for use by many threads.
 */
final class VariablesQuestion {

  private final Consumer<HostMessage> send;
  private long asked;
  private @Nullable CompletableFuture<Optional<Map<String, String>>> underWay;

  VariablesQuestion(Consumer<HostMessage> send) {
    this.send = send;
  }

  /** Waits for the guest's answer; empty when none came by the deadline. */
  Optional<Map<String, String>> ask(Deadline deadline) throws InterruptedException {
    CompletableFuture<Optional<Map<String, String>>> answer = askOrJoin();
    try {
      return answer.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      giveUp(answer);
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new AssertionError(e); // Nothing completes it exceptionally.
    }
  }

  private synchronized CompletableFuture<Optional<Map<String, String>>> askOrJoin() {
    if (underWay != null) {
      return underWay;
    }
    CompletableFuture<Optional<Map<String, String>>> answer = new CompletableFuture<>();
    underWay = answer;
    asked++;
    send.accept(new HostMessage.Variables(name()));
    return answer;
  }

  private String name() {
    return "variables-" + asked;
  }

  /** The next who asks puts the question anew. */
  @SuppressWarnings("UndefinedEquals") // The very same question, not one like it.
  private synchronized void giveUp(CompletableFuture<Optional<Map<String, String>>> answer) {
    if (answer.equals(underWay)) {
      underWay = null;
    }
  }

  /** Takes the guest's answer; one to no question that is under way is ignored. */
  synchronized void answered(GuestMessage.Variables variables) {
    if (underWay != null && variables.id().equals(name())) {
      underWay.complete(Optional.of(variables.names()));
      underWay = null;
    }
  }

  /** The guest is gone: nobody waits any longer. */
  synchronized void withdraw() {
    if (underWay != null) {
      underWay.complete(Optional.empty());
      underWay = null;
    }
  }
}
