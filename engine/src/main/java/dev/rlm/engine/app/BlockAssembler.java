package dev.rlm.engine.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts lines together to pieces of Python that can be run, as Python's own prompt does: a simple statement is complete with its
 * (logical) line, a compound one with an empty line after it. Other than there, a line that is no longer indented ends a compound
 * statement too, so that what was written for a file can be piped or pasted. Used by one thread.
 */
final class BlockAssembler {

  private static final Pattern FIRST_WORD = Pattern.compile("\\s*(@|\\w+)");
  private static final Set<String> COMPOUND =
      Set.of("if", "for", "while", "try", "with", "def", "class", "async", "@");

  /** Words at the start of a line that go on with the statement before them. */
  private static final Set<String> CONTINUING = Set.of("else", "elif", "except", "finally");

  private final List<String> lines = new ArrayList<>();
  private PythonLexer lexer = new PythonLexer();
  private boolean compound;
  private boolean decorated;

  /** Returns whether lines are waiting for more. */
  boolean isPending() {
    return !lines.isEmpty();
  }

  /** Forgets what is waiting. */
  void clear() {
    lines.clear();
    lexer = new PythonLexer();
    compound = false;
    decorated = false;
  }

  /** Takes a line, and returns what can be run now: nothing, one piece, or two where the line ended one and is another. */
  List<String> add(String line) {
    List<String> complete = new ArrayList<>();
    if (compound && !lexer.isOpen() && endsCompound(line)) {
      complete.add(take());
    }
    if (lines.isEmpty() && (line.isBlank() || isComment(line))) {
      return complete;
    }
    boolean startsLogicalLine = !lexer.isOpen();
    lexer.read(line);
    lines.add(line);
    if (startsLogicalLine) {
      note(line);
    }
    if (!lexer.isOpen()) {
      compound |= lexer.endsWithColon();
      if (!compound) {
        complete.add(take());
      }
    }
    return complete;
  }

  private void note(String line) {
    String word = firstWord(line);
    compound |= COMPOUND.contains(word);
    if (!isIndented(line)) {
      decorated = word.equals("@") || (decorated && isComment(line));
    }
  }

  private boolean endsCompound(String line) {
    if (line.isBlank()) {
      return true;
    }
    return !isIndented(line) && !isComment(line) && !decorated && !CONTINUING.contains(firstWord(line));
  }

  /** Returns what is waiting, complete or not, when no more lines come. */
  Optional<String> finish() {
    return lines.isEmpty() ? Optional.empty() : Optional.of(take());
  }

  private String take() {
    String piece = String.join("\n", lines) + "\n";
    clear();
    return piece;
  }

  private static boolean isIndented(String line) {
    return !line.isEmpty() && (line.charAt(0) == ' ' || line.charAt(0) == '\t');
  }

  private static boolean isComment(String line) {
    return line.stripLeading().startsWith("#");
  }

  private static String firstWord(String line) {
    Matcher word = FIRST_WORD.matcher(line);
    return word.lookingAt() ? word.group(1) : "";
  }
}
