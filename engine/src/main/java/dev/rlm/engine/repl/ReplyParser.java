package dev.rlm.engine.repl;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes replies apart. A fence is one as CommonMark has it: three or more backticks on a line of their own with a word after them, up to
 * a line with at least as many and nothing else. Text in fences is never an ending.
 */
final class ReplyParser {

  private static final Set<String> LANGUAGES = Set.of("repl", "python", "py", "python3");
  private static final Pattern FENCE = Pattern.compile(" {0,3}(`{3,})[ \\t]*([^`]*?)[ \\t]*");

  private ReplyParser() {}

  static Reply parse(String text) {
    List<String> blocks = new ArrayList<>();
    StringBuilder prose = new StringBuilder();
    StringBuilder block = new StringBuilder();
    int ticks = 0;
    boolean code = false;
    for (String line : text.lines().toList()) {
      Matcher fence = FENCE.matcher(line);
      boolean isFence = fence.matches();
      if (ticks == 0 && isFence) {
        ticks = fence.group(1).length();
        code = LANGUAGES.contains(fence.group(2).toLowerCase(Locale.ROOT));
        block.setLength(0);
      } else if (ticks == 0) {
        prose.append(line).append('\n');
      } else if (isFence && fence.group(1).length() >= ticks && fence.group(2).isEmpty()) {
        if (code) {
          blocks.add(block.toString());
        }
        ticks = 0;
        code = false;
      } else {
        block.append(line).append('\n');
      }
    }
    boolean unclosed = code;
    Optional<Reply.TextEnding> ending =
        blocks.isEmpty() && !unclosed ? TextEndings.first(prose.toString()) : Optional.empty();
    return new Reply(blocks, unclosed, ending, prose.toString().strip());
  }
}
