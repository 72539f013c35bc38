package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.util.List;

/**
 * Finds the values of Kubernetes secrets: the encoded values under {@code data:} in a YAML document
 * of that kind.
 */
final class KubernetesSecrets {

  /** Ways to write the kind. */
  static final List<String> ANCHORS =
      List.of("kind: secret", "kind: 'secret'", "kind: \"secret\"", "kind:secret");

  private static final int FURTHEST = 2000;
  private static final int SHORTEST = 10;

  /** Values stand anywhere in the document. */
  static final Reach REACH = new Reach(KubernetesSecrets::documentEnd, true);

  private KubernetesSecrets() {}

  static int apply(byte[] text, int anchor, int length, int to, List<Span> out) {
    int after = anchor + length;
    if (after < to && Bytes.isName(text[after])) {
      return after;
    }
    int from = documentStart(text, anchor);
    int end = documentEnd(text, anchor, to);
    boolean data = false;
    int block = -1;
    int line = from;
    while (line < end) {
      int lineEnd = line;
      while (lineEnd < end && text[lineEnd] != '\n') {
        lineEnd++;
      }
      int indent = indent(text, line, lineEnd);
      if (line + indent < lineEnd) {
        if (isDataKey(text, line + indent, lineEnd)) {
          data = true;
          block = indent;
        } else if (data && indent <= block && text[line + indent] != '#') {
          data = false;
        } else if (data) {
          value(text, line + indent, lineEnd, out);
        }
      }
      line = lineEnd + 1;
    }
    return Math.max(after, end);
  }

  private static int documentStart(byte[] text, int anchor) {
    int limit = Math.max(0, anchor - FURTHEST);
    for (int i = anchor; i > limit; i--) {
      if (text[i - 1] == '\n'
          && i + 3 <= text.length
          && text[i] == '-'
          && text[i + 1] == '-'
          && text[i + 2] == '-') {
        return i;
      }
    }
    return limit;
  }

  private static int documentEnd(byte[] text, int anchor, int to) {
    int limit = Math.min(to, anchor + 4 * FURTHEST);
    for (int i = anchor; i + 4 <= limit; i++) {
      if (text[i] == '\n' && text[i + 1] == '-' && text[i + 2] == '-' && text[i + 3] == '-') {
        return i;
      }
    }
    return limit;
  }

  private static int indent(byte[] text, int line, int end) {
    int i = line;
    while (i < end && (text[i] == ' ' || text[i] == '\t')) {
      i++;
    }
    return i - line;
  }

  private static boolean isDataKey(byte[] text, int from, int end) {
    int i = from;
    String key = "data:";
    if (end - from < key.length()) {
      return false;
    }
    for (int j = 0; j < key.length(); j++) {
      if (text[i + j] != key.charAt(j)) {
        return false;
      }
    }
    for (i = from + key.length(); i < end; i++) {
      if (!Bytes.isSpace(text[i])) {
        return false;
      }
    }
    return true;
  }

  private static void value(byte[] text, int from, int end, List<Span> out) {
    int start = from;
    for (int i = from; i + 1 < end; i++) {
      if (text[i] == ':' && (text[i + 1] == ' ' || text[i + 1] == '\t')) {
        start = i + 2;
        break;
      }
    }
    while (start < end
        && (Bytes.isSpace(text[start]) || text[start] == '"' || text[start] == '\'')) {
      start++;
    }
    int close = start;
    while (close < end
        && (Bytes.isAlphanumeric(text[close])
            || text[close] == '+'
            || text[close] == '/'
            || text[close] == '=')) {
      close++;
    }
    boolean whole =
        close == end || Bytes.isSpace(text[close]) || text[close] == '"' || text[close] == '\'';
    if (whole
        && close - start >= SHORTEST
        && (close - start) % 4 == 0
        && !Placeholders.isPlaceholder(text, start, close, 5)) {
      out.add(Span.secret(start, close, "kubernetes-secret", Confidence.MEDIUM));
    }
  }
}
