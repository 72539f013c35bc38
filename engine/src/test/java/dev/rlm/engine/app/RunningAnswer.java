package dev.rlm.engine.app;

import dev.rlm.engine.client.Answer;
import dev.rlm.engine.client.RunningQuestion;
import dev.rlm.engine.client.Step;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/** A question that is answered at once, after a turn in which a model said the same. */
final class RunningAnswer implements RunningQuestion {

  private final Queue<Step> steps;

  RunningAnswer(String text) {
    steps =
        new ArrayDeque<>(
            List.of(
                new Step.Turn(0, 1, "model", text, 1, 1, 0.1),
                new Step.Ended(
                    new Answer("answered", "answered", text, text, 1, 0, 2, Optional.empty(), 0.1, "0", "{}"))));
  }

  @Override
  public Step next() {
    return steps.remove();
  }

  @Override
  public void close() {}
}
