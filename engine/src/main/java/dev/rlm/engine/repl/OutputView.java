package dev.rlm.engine.repl;

import dev.rlm.engine.sandbox.ExecutionError;

/** What a model is shown of a block's output. */
final class OutputView {

  private static final String NOTHING = "(no output: print what you want to see)";

  private OutputView() {}

  /** Makes the view; what is shown is taken from the budget. */
  static Excerpt of(Workspace.BlockResult result, Budget budget) {
    String text = all(result);
    if (text.isBlank()) {
      return new Excerpt(NOTHING, 0);
    }
    int granted = budget.takeShown(Math.min(text.length(), budget.limits().shownPerBlock()));
    return granted > 0
        ? Excerpt.of(text, granted)
        : new Excerpt(
            "[%,d characters, none of which is shown: the run has shown as many as it may]".formatted(text.length()),
            text.length());
  }

  private static String all(Workspace.BlockResult result) {
    StringBuilder text = new StringBuilder(result.stdout());
    part(text, result.stderr());
    result.result().ifPresent(value -> part(text, value));
    result.error().ifPresent(error -> part(text, of(error)));
    return text.toString().stripTrailing();
  }

  private static String of(ExecutionError error) {
    return error.traceback().isEmpty() ? "%s: %s".formatted(error.name(), error.value()) : error.traceback();
  }

  private static void part(StringBuilder text, String part) {
    if (!part.isEmpty()) {
      if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
        text.append('\n');
      }
      text.append(part);
    }
  }
}
