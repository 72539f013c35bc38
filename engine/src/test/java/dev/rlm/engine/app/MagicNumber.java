package dev.rlm.engine.app;

import dev.rlm.models.Answer;
import dev.rlm.models.Asked;
import dev.rlm.models.Script;
import java.time.Duration;

/** A model that knows how to find a magic number in its context, and does some other things that it is asked for. */
final class MagicNumber implements Script {

  static final String NUMBER = "4711";
  static final String LINE = "the magic number is " + NUMBER + "\n";

  private static final String LOOK =
      """
      I look for it.
      ```repl
      import re
      found = re.search(r"magic number is (\\d+)", str(context)).group(1)
      print(len(context), found)
      print(llm_query("Is " + found + " a number?"))
      ```""";

  @Override
  public Answer answer(Asked asked) {
    String all = asked.body();
    if (all.contains("Make the provider refuse")) {
      return Answer.failure(400, "this model refuses");
    }
    if (all.contains("Take for ever") && asked.turns() > 0) {
      return new Answer.Late(Duration.ofMinutes(5), Answer.text("FINAL(too late)"));
    }
    if (!asked.inLoop()) {
      return Answer.text("yes, it is");
    }
    if (asked.turns() == 0 || all.contains("Look again and again")) {
      return Answer.text(LOOK);
    }
    return Answer.text(all.contains("integer") ? "FINAL({\"number\": %s})".formatted(NUMBER) : "FINAL(%s)".formatted(NUMBER));
  }
}
