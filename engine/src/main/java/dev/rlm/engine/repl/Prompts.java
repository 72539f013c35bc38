package dev.rlm.engine.repl;

import dev.rlm.engine.model.ChatMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What models are told, besides output. The same words for the same limits, so that providers can cache them. */
final class Prompts {

  private static final String SYSTEM = resource("system-prompt.md");
  private static final String RECURSION = resource("recursion.md");
  private static final String DIRECT = resource("direct-prompt.md");

  /** The code that runs before any other in a session. */
  static final String PRELUDE = resource("prelude.py");

  static final String NO_CODE =
      """
      Nothing was run: your reply has neither a block of code nor an answer. Write code in a fence that begins with ```repl on a line of
      its own, or end with FINAL(your answer) at the beginning of a line.""";

  static final String UNCLOSED =
      """
      Nothing was run of the block that is not closed: end each block of code with ``` on a line of its own.""";

  static final String CUT_OFF = "Your reply was cut off at its limit of tokens: write less in one turn.";

  static final String LOST =
      """
      The sandbox is gone, and with it all variables. There is a new one, in which `context` is as it was at the beginning.""";

  private Prompts() {}

  private static String resource(String name) {
    try (InputStream in = Prompts.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the engine was built without " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what a loop begins with. */
  static List<ChatMessage> beginning(
      String query, String context, Optional<AnswerSchema> schema, RunLimits limits, boolean recursion, Duration block) {
    String system =
        SYSTEM
            .replace("{block_seconds}", seconds(block))
            .replace("{sub_calls}", Integer.toString(limits.subCalls()))
            .replace("{recursion}", recursion ? RECURSION : "");
    StringBuilder task = new StringBuilder();
    task.append("The context is ").append(context).append(".\n\nThe question:\n\n").append(query).append("\n\n");
    schema.ifPresent(
        form ->
            task.append("The answer must be JSON that is valid against this schema:\n\n")
                .append(form.text())
                .append("\n\n"));
    return List.of(ChatMessage.system(system), ChatMessage.user(task + turn(1, limits.iterations())));
  }

  /** Returns what a model is told that answers without a loop. */
  static List<ChatMessage> direct(String query, String context, Optional<AnswerSchema> schema) {
    StringBuilder task = new StringBuilder();
    task.append("The context:\n\n").append(context).append("\n\nThe question:\n\n").append(query);
    schema.ifPresent(
        form ->
            task.append("\n\nThe answer must be JSON, and nothing around it, that is valid against this schema:\n\n")
                .append(form.text()));
    return List.of(ChatMessage.system(DIRECT), ChatMessage.user(task.toString()));
  }

  /** Returns the line that ends each message. */
  static String turn(int iteration, int most) {
    if (iteration == most) {
      return "Turn %d of %d, your last: end now, with the best answer that you have.".formatted(iteration, most);
    }
    return iteration == 1
        ? "Turn 1 of %d. Look at the context first, and do not answer yet.".formatted(most)
        : "Turn %d of %d.".formatted(iteration, most);
  }

  /** Returns what stands in the place of a model's words that are left out. */
  static String leftOut(int turns) {
    return "(My first %d turns are not shown any more.)".formatted(turns);
  }

  /** Returns what a model is told of turns that are left out. */
  static String digest(Collection<String> turns) {
    return """
        The conversation was too long for you, and its older part is left out. All that it put into variables is still there: SHOW_VARS()
        says what. In short, it was:

        """
        + String.join("\n\n", turns);
  }

  /** Returns what a model is told whose answer is not what was asked for. */
  static String rejected(List<String> problems) {
    return "Your answer is not valid against the schema:\n- "
        + String.join("\n- ", problems)
        + "\nCorrect it, and end again.";
  }

  private static String seconds(Duration time) {
    return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString();
  }
}
