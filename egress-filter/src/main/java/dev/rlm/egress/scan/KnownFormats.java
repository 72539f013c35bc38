package dev.rlm.egress.scan;

import dev.rlm.egress.rule.CompiledRule;
import dev.rlm.egress.rule.Rule;
import java.util.List;
import java.util.Set;

/** Applies one rule at the place where one of its anchors was found. */
final class KnownFormats {

  private static final int TOKEN_REACH = 512;

  private KnownFormats() {}

  /** Gives the end of the match, or -1. */
  static int apply(CompiledRule compiled, byte[] text, int anchor, int to, List<Span> out) {
    Rule rule = compiled.rule();
    return switch (rule.start()) {
      case ANCHOR -> matchAt(compiled, text, anchor, to, out);
      case TOKEN -> matchAt(compiled, text, tokenStart(text, anchor), to, out);
      case VALUE -> {
        Assignment value = Assignment.after(text, anchor, to);
        yield value == null ? -1 : matchAt(compiled, text, value.start(), value.end(), out);
      }
    };
  }

  private static int tokenStart(byte[] text, int anchor) {
    int start = anchor;
    while (start > 0 && anchor - start < TOKEN_REACH && Bytes.isName(text[start - 1])) {
      start--;
    }
    return start;
  }

  private static int matchAt(CompiledRule compiled, byte[] text, int from, int to, List<Span> out) {
    Rule rule = compiled.rule();
    if (rule.bounded() && continuesToken(text, from)) {
      return -1;
    }
    int start = from;
    if (compiled.lead() != null) {
      start = compiled.lead().match(text, from, to);
      if (start < 0) {
        return -1;
      }
    }
    int end = compiled.shape().match(text, start, to);
    if (end <= start) {
      return -1;
    }
    if (compiled.tail() != null && compiled.tail().match(text, end, to) < 0) {
      return -1;
    }
    if (rule.bounded() && end < to && Bytes.isAlphanumeric(text[end]) && Bytes.isAlphanumeric(text[end - 1])) {
      return -1;
    }
    if (Placeholders.isPlaceholder(text, start, end, rule.distinct())) {
      return -1;
    }
    out.add(Span.secret(start, end, rule.id(), rule.confidence()));
    return end;
  }

  /** Whether a letter or digit stands before, other than the letter of an escape such as the n of a line break. */
  private static boolean continuesToken(byte[] text, int from) {
    if (from == 0 || !Bytes.isAlphanumeric(text[from - 1])) {
      return false;
    }
    return !(from > 1 && text[from - 2] == '\\' && Set.of('n', 't', 'r').contains((char) text[from - 1]));
  }
}
