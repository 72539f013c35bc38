package dev.rlm.engine.repl;

import java.util.List;
import java.util.Optional;

/**
 * A model's reply, taken apart.
 *
 * @param blocks the code of its {@code repl} and {@code python} fences, in order
 * @param unclosed whether a fence of code was begun and not closed: its code is not among the blocks
 * @param ending the first ending outside of fences, where there is no code
 * @param prose what stands outside of fences, without blank lines around it
 */
record Reply(List<String> blocks, boolean unclosed, Optional<TextEnding> ending, String prose) {

  Reply {
    blocks = List.copyOf(blocks);
  }

  /** A way of ending that stands in the text, and not in code. */
  sealed interface TextEnding {

    /** {@code FINAL(text)} or {@code SUBMIT(text)}. */
    record Literal(String text) implements TextEnding {}

    /** {@code FINAL_VAR(name)}, or {@code FINAL(name)}, which means a variable if there is one of that name. */
    record Variable(String name, boolean certain) implements TextEnding {}

    /** {@code SUBMIT(field=...)} or {@code answer = {...}}: to be run as the code that it is. */
    record Statement(String code) implements TextEnding {}
  }
}
