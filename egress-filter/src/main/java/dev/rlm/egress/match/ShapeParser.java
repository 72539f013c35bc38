package dev.rlm.egress.match;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Parses shapes: the regular part of the usual regular expressions over bytes, so that every shape
 * has a finite automaton. There are literals, {@code [classes]}, {@code \d \w \s} and their
 * negations, {@code .}, groups, {@code |}, {@code ? * + {n} {n,} {n,m}} and a leading {@code (?i)}.
 * There are no captures, no look-around, no anchors and no back references.
 */
final class ShapeParser {

  private static final int MAXIMUM_REPEAT = 8192;

  private final String text;
  private boolean ignoreCase;
  private int at;

  private ShapeParser(String text) {
    this.text = text;
  }

  static Node parse(String text) {
    ShapeParser parser = new ShapeParser(text);
    if (text.startsWith("(?i)")) {
      parser.ignoreCase = true;
      parser.at = 4;
    }
    Node node = parser.choice();
    if (parser.at < text.length()) {
      throw parser.error("unbalanced )");
    }
    return node;
  }

  private Node choice() {
    List<Node> options = new ArrayList<>();
    options.add(sequence());
    while (peek('|')) {
      at++;
      options.add(sequence());
    }
    return options.size() == 1 ? options.getFirst() : new Node.Choice(List.copyOf(options));
  }

  private Node sequence() {
    List<Node> parts = new ArrayList<>();
    while (at < text.length() && !peek('|') && !peek(')')) {
      parts.add(repeated(atom()));
    }
    return parts.size() == 1 ? parts.getFirst() : new Node.Sequence(List.copyOf(parts));
  }

  private Node atom() {
    char c = text.charAt(at++);
    return switch (c) {
      case '(' -> group();
      case '[' -> new Node.OneOf(bracket());
      case '.' -> new Node.OneOf(negated(single('\n')));
      case '\\' -> new Node.OneOf(fold(escape()));
      case '*', '+', '?', '{', '}' -> throw error("quantifier without a part before it");
      default -> new Node.OneOf(fold(literal(c)));
    };
  }

  private Node group() {
    if (text.startsWith("?:", at)) {
      at += 2;
    } else if (peek('?')) {
      throw error("unsupported group");
    }
    Node inner = choice();
    if (!peek(')')) {
      throw error("unbalanced (");
    }
    at++;
    return inner;
  }

  private Node repeated(Node part) {
    if (at >= text.length()) {
      return part;
    }
    switch (text.charAt(at)) {
      case '?' -> {
        at++;
        return new Node.Repeat(part, 0, 1);
      }
      case '*' -> {
        at++;
        return new Node.Repeat(part, 0, -1);
      }
      case '+' -> {
        at++;
        return new Node.Repeat(part, 1, -1);
      }
      case '{' -> {
        return counted(part);
      }
      default -> {
        return part;
      }
    }
  }

  private Node counted(Node part) {
    int close = text.indexOf('}', at);
    if (close < 0) {
      throw error("unbalanced {");
    }
    String body = text.substring(at + 1, close);
    at = close + 1;
    int comma = body.indexOf(',');
    try {
      int minimum = Integer.parseInt(comma < 0 ? body : body.substring(0, comma));
      int maximum = minimum;
      if (comma >= 0) {
        maximum = comma == body.length() - 1 ? -1 : Integer.parseInt(body.substring(comma + 1));
      }
      if (minimum < 0 || minimum > MAXIMUM_REPEAT || maximum > MAXIMUM_REPEAT) {
        throw error("repetition beyond " + MAXIMUM_REPEAT);
      }
      if (maximum >= 0 && maximum < minimum) {
        throw error("repetition with its maximum below its minimum");
      }
      return new Node.Repeat(part, minimum, maximum);
    } catch (NumberFormatException e) {
      throw error("bad repetition");
    }
  }

  private BitSet bracket() {
    boolean negate = peek('^');
    if (negate) {
      at++;
    }
    BitSet set = new BitSet(256);
    boolean first = true;
    while (at < text.length() && (first || !peek(']'))) {
      first = false;
      char c = text.charAt(at++);
      if (c == '\\') {
        set.or(escape());
      } else if (at + 1 < text.length() && peek('-') && text.charAt(at + 1) != ']') {
        char end = text.charAt(at + 1);
        at += 2;
        if (end < c || end > 127) {
          throw error("bad range");
        }
        set.set(c, end + 1);
      } else {
        set.or(literal(c));
      }
    }
    if (!peek(']')) {
      throw error("unbalanced [");
    }
    at++;
    // Folded before it is negated: [^a-z] without case leaves out the capitals as well.
    return negate ? negated(fold(set)) : fold(set);
  }

  private BitSet escape() {
    if (at >= text.length()) {
      throw error("dangling backslash");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case 'd' -> range('0', '9');
      case 'D' -> negated(range('0', '9'));
      case 'w' -> word();
      case 'W' -> negated(word());
      case 's' -> space();
      case 'S' -> negated(space());
      case 'n' -> single('\n');
      case 'r' -> single('\r');
      case 't' -> single('\t');
      default -> {
        if (Character.isLetterOrDigit(c)) {
          throw error("unknown escape");
        }
        yield literal(c);
      }
    };
  }

  private BitSet literal(char c) {
    if (c > 127) {
      throw error("only ASCII may stand in a shape");
    }
    return single(c);
  }

  private BitSet fold(BitSet set) {
    if (ignoreCase) {
      for (int lower = 'a'; lower <= 'z'; lower++) {
        int upper = lower - 32;
        if (set.get(lower) || set.get(upper)) {
          set.set(lower);
          set.set(upper);
        }
      }
    }
    return set;
  }

  private static BitSet single(int c) {
    BitSet set = new BitSet(256);
    set.set(c);
    return set;
  }

  private static BitSet range(int from, int to) {
    BitSet set = new BitSet(256);
    set.set(from, to + 1);
    return set;
  }

  private static BitSet word() {
    BitSet set = range('a', 'z');
    set.set('A', 'Z' + 1);
    set.set('0', '9' + 1);
    set.set('_');
    return set;
  }

  private static BitSet space() {
    BitSet set = range('\t', '\r');
    set.set(' ');
    return set;
  }

  private static BitSet negated(BitSet set) {
    BitSet result = (BitSet) set.clone();
    result.flip(0, 256);
    return result;
  }

  private boolean peek(char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  private ShapeException error(String what) {
    return new ShapeException(what + " at " + at + " in shape " + text);
  }
}
