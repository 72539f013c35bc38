package dev.rlm.security;

import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What must come of an attack, by cell: exact text, or between slashes a regular expression for what differs from run to run.
 *
 * @param texts by a cell's name: runtime and guard, runtime, guard, or all
 */
record Expected(Map<String, String> texts) {

  Expected {
    texts = Map.copyOf(texts);
  }

  /** Returns what is written in the corpus for a cell. */
  String text(Cell cell) {
    return cell.names().stream()
        .map(texts::get)
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("nothing is expected of " + cell.label()));
  }

  /** Returns whether that is what came. */
  boolean holds(Cell cell, String observed) {
    String text = text(cell);
    boolean pattern = text.length() > 1 && text.startsWith("/") && text.endsWith("/");
    return pattern
        ? Pattern.compile(text.substring(1, text.length() - 1), Pattern.DOTALL).matcher(observed).matches()
        : text.equals(observed);
  }
}
