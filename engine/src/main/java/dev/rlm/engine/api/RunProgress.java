package dev.rlm.engine.api;

import dev.rlm.engine.repl.RunEvent;
import dev.rlm.engine.repl.StopReason;
import java.util.Optional;
import java.util.OptionalInt;

/** Tells what happens in a run in Markdown, for people who watch a chat: what the model says, and what came of its code. */
final class RunProgress {

  /** Characters of a block's output, and of a sub-call's question and answer, that are told. */
  private static final int MAX_OUTPUT = 2_000;

  private static final int MAX_LINE = 120;

  private RunProgress() {}

  /** Returns what there is to tell of an event; empty when it says nothing new. */
  static Optional<String> text(RunEvent event) {
    return switch (event) {
      case RunEvent.Turn turn -> Optional.of("%s%s\n\n".formatted(loop(turn.loop()), turn.reply().strip()));
      case RunEvent.Output output -> Optional.of(output(output));
      case RunEvent.SubCall call -> Optional.of(subCall(call));
      case RunEvent.LoopStarted(var loop, var parent, var depth, var model, var query) ->
          parent.isPresent()
              ? Optional.of("*loop %d begins, at depth %d, with %s:* %s\n\n".formatted(loop, depth, model, line(query)))
              : Optional.empty();
      case RunEvent.LoopEnded(var loop, var iterations, var reason, _, _) ->
          loop == 0 ? Optional.empty() : Optional.of(ended(loop, iterations, reason));
      // The turn before it shows the code; the answer is no progress.
      case RunEvent.Started _, RunEvent.Code _, RunEvent.Ended _ -> Optional.empty();
    };
  }

  private static String loop(int loop) {
    return loop == 0 ? "" : "*loop %d:* ".formatted(loop);
  }

  private static String output(RunEvent.Output output) {
    String text = output.text().strip();
    String shown = text.length() <= MAX_OUTPUT ? text : text.substring(0, whole(text, MAX_OUTPUT)) + "\n…";
    String fence = fence(shown);
    return "%s*%s in %.1f s*\n\n%s\n%s\n%s\n\n"
        .formatted(loop(output.loop()), output.outcome(), output.time().toMillis() / 1e3, fence, shown, fence);
  }

  /** Returns a fence that the text itself does not have. */
  private static String fence(String text) {
    String fence = "```";
    while (text.contains(fence)) {
      fence += "`";
    }
    return fence;
  }

  private static String subCall(RunEvent.SubCall call) {
    String answer = call.failure().map(failure -> "failed: " + failure).orElse(call.answer());
    return "*sub-call %d, %s%s:* %s → %s\n\n"
        .formatted(call.call(), call.model(), child(call.child()), line(call.prompt()), line(answer));
  }

  private static String child(OptionalInt child) {
    return child.isPresent() ? " by loop " + child.getAsInt() : "";
  }

  private static String ended(int loop, int iterations, StopReason reason) {
    return "*loop %d has ended after %d turns: %s*\n\n".formatted(loop, iterations, reason.label());
  }

  private static String line(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= MAX_LINE ? line : line.substring(0, whole(line, MAX_LINE)) + "…";
  }

  /** Returns where to cut, so that no character is cut in two. */
  private static int whole(String text, int at) {
    return Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
  }
}
