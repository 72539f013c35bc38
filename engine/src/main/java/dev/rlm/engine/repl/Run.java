package dev.rlm.engine.repl;

import dev.rlm.engine.model.ChatMessage;
import dev.rlm.engine.model.Completion;
import dev.rlm.engine.model.ModelException;
import dev.rlm.engine.model.ModelRequest;
import dev.rlm.engine.model.Models;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all loops of one run share. Safe for use by many threads.
 *
 * @param settings what all runs share
 * @param budget what may still be taken
 * @param scope the threads that work for it
 * @param events who hears of it
 * @param loops how many loops have begun
 */
record Run(RecursiveInference.Settings settings, Budget budget, RunScope scope, RunEvents events, AtomicInteger loops) {

  Models models() {
    return settings.models();
  }

  RunLimits limits() {
    return budget.limits();
  }

  int nextLoop() {
    return loops.getAndIncrement();
  }

  /**
   * Asks a model, within the budget.
   *
   * @throws BudgetExhaustedException when there is no room for it
   * @throws ModelException when it does not answer
   */
  Completion ask(String model, List<ChatMessage> messages) throws InterruptedException {
    long characters = messages.stream().mapToLong(message -> message.text().length()).sum();
    try (Budget.Reservation room = budget.reserve(model, characters, settings.maxAnswerTokens())) {
      try {
        Completion completion =
            settings
                .client()
                .complete(new ModelRequest(model, messages, room.outputTokens(), scope.deadline()));
        room.settle(completion.usage(), completion.retries());
        return completion;
      } catch (ModelException e) {
        if (e.reason() == ModelException.Reason.TIMEOUT) {
          room.brokenOff(e.retries());
        } else {
          room.failed(e.retries());
        }
        throw e;
      } catch (InterruptedException e) {
        room.brokenOff(0);
        throw e;
      }
    }
  }
}
