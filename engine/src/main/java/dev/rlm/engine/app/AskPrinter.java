package dev.rlm.engine.app;

import dev.rlm.engine.client.Answer;
import dev.rlm.engine.client.RunningQuestion;
import dev.rlm.engine.client.Step;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Prints how a question is answered, step by step, as remarks, and the answer alone as output. */
final class AskPrinter {

  /** What a terminal would act on rather than show. What is printed was written by models, and by whoever wrote the context. */
  private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}\\x{80}-\\x{9f}&&[^\\n\\t]]");

  private static final int MAX_LINE = 160;

  private final PrintStream out;
  private final PrintStream err;
  private final Options options;

  /**
   * How it is printed.
   *
   * @param json whether the whole result is printed, as JSON, instead of the answer alone
   * @param quiet whether the steps are left out
   * @param terminal whether the answer goes to a terminal
   */
  record Options(boolean json, boolean quiet, boolean terminal) {}

  AskPrinter(OutputStream out, OutputStream err, Options options) {
    this.out = new PrintStream(out, false, StandardCharsets.UTF_8);
    this.err = new PrintStream(err, false, StandardCharsets.UTF_8);
    this.options = options;
  }

  /** How printing ended. */
  sealed interface Ending {

    /** The run ended. */
    record Over(Answer answer) implements Ending {}

    /** It could not go on. */
    record Refused(Step.Refused why) implements Ending {}

    /** Nobody reads the answer any more. */
    record NobodyReads() implements Ending {}
  }

  /**
   * Prints all that comes of a question.
   *
   * @throws dev.rlm.engine.client.ClientException when the connection broke
   */
  Ending print(RunningQuestion running) throws InterruptedException {
    while (true) {
      Step step = running.next();
      if (!options.quiet()) {
        remark(step).ifPresent(text -> err.println(visible(text)));
        err.flush();
      }
      switch (step) {
        case Step.Ended(Answer answer) -> {
          out.println(options.json() ? answer.json() : options.terminal() ? visible(answer.text()) : answer.text());
          return out.checkError() ? new Ending.NobodyReads() : new Ending.Over(answer);
        }
        case Step.Refused refused -> {
          return new Ending.Refused(refused);
        }
        case Step.Started _,
            Step.LoopStarted _,
            Step.Turn _,
            Step.Code _,
            Step.Output _,
            Step.SubCall _,
            Step.LoopEnded _,
            Step.Other _ -> {}
      }
    }
  }

  private static Optional<String> remark(Step step) {
    return switch (step) {
      case Step.Started(var trajectory, var model, var context) ->
          Optional.of("── %s, context: %s, trajectory %s".formatted(model, context, trajectory));
      case Step.LoopStarted(var loop, var depth, var model, var query) ->
          loop == 0
              ? Optional.empty()
              : Optional.of("── loop %d begins, at depth %d, with %s: %s".formatted(loop, depth, model, line(query)));
      case Step.Turn turn ->
          Optional.of(
              "── %sturn %d, %s, %s, %d + %d tokens%n%s"
                  .formatted(
                      loop(turn.loop()),
                      turn.iteration(),
                      turn.model(),
                      seconds(turn.seconds()),
                      turn.promptTokens(),
                      turn.outputTokens(),
                      turn.reply().strip()));
      case Step.Code(var loop, var block, var code) ->
          Optional.of("── %sblock %d runs, %s".formatted(loop(loop), block, counted(code.strip().lines().count(), "line")));
      case Step.Output(var loop, var block, var outcome, var text, var seconds) ->
          Optional.of(
              "── %sblock %d: %s in %s%n%s".formatted(loop(loop), block, outcome, seconds(seconds), text.strip()));
      case Step.SubCall call ->
          Optional.of(
              "── %ssub-call %d, %s, %s: %s → %s"
                  .formatted(
                      loop(call.loop()),
                      call.call(),
                      call.model(),
                      seconds(call.seconds()),
                      line(call.prompt()),
                      line(call.failure().map(failure -> "failed: " + failure).orElse(call.answer()))));
      case Step.LoopEnded(var loop, var iterations, var reason) ->
          loop == 0 ? Optional.empty() : Optional.of("── loop %d: %s after %s".formatted(loop, reason, counted(iterations, "turn")));
      case Step.Ended(var answer) -> Optional.of(summary(answer));
      case Step.Refused _, Step.Other _ -> Optional.empty();
    };
  }

  private static String summary(Answer answer) {
    String cost = answer.cost().map(dollars -> ", " + dollars.stripTrailingZeros().toPlainString() + " USD").orElse("");
    String detail = answer.detail().isEmpty() ? "" : ": " + answer.detail();
    return "── %s%s; %s, %s, %s%s, %s"
        .formatted(
            answer.reason(),
            detail,
            counted(answer.iterations(), "turn"),
            counted(answer.subCalls(), "sub-call"),
            counted(answer.tokens(), "token"),
            cost,
            seconds(answer.seconds()));
  }

  private static String loop(int loop) {
    return loop == 0 ? "" : "loop %d, ".formatted(loop);
  }

  private static String counted(long count, String what) {
    return "%d %s%s".formatted(count, what, count == 1 ? "" : "s");
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.1f s", seconds);
  }

  private static String line(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= MAX_LINE ? line : line.substring(0, line.offsetByCodePoints(0, MAX_LINE / 2)) + "…";
  }

  private static String visible(String text) {
    return CONTROLS.matcher(text).replaceAll("�");
  }
}
