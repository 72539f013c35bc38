package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The filter's own markers in a text, which detectors leave alone so that filtering twice changes
 * nothing. Only a marker with the id of a rule in force counts: nothing can be hidden in one but
 * the choice of a rule and 32 bits of a tag.
 */
public final class Markers {

  private static final byte[] PREFIX = "[REDACTED:".getBytes(StandardCharsets.US_ASCII);

  /** How far on a marker may begin where a byte stands that is not the last of its opening. */
  private static final byte[] ALIGNED = new byte[256];

  static {
    Arrays.fill(ALIGNED, (byte) PREFIX.length);
    for (int i = 0; i < PREFIX.length - 1; i++) {
      ALIGNED[PREFIX[i]] = (byte) (PREFIX.length - 1 - i);
    }
  }

  private static final int LONGEST_ID = 60;
  private static final int TAG = 8;
  private static final List<String> OWN_IDS =
      List.of(
          "passwd",
          "credential",
          "high-entropy",
          "private-key",
          "basic-auth",
          "url-passwd",
          "kubernetes-secret",
          "seed-phrase",
          "recovery-code",
          "engine-secret",
          "context-secret",
          "context-echo",
          "opaque-data",
          "scan-limit",
          "filter-failure",
          "output-budget",
          "continued");

  private record Range(int start, int end) {}

  private final Set<String> ids;

  /** Takes the ids of the rules in force. */
  public Markers(List<String> ruleIds) {
    ids = new HashSet<>(OWN_IDS);
    ids.addAll(ruleIds);
  }

  /** Takes out what was found inside markers. */
  public void leaveAlone(byte[] text, int to, List<Span> spans) {
    if (spans.isEmpty()) {
      return;
    }
    List<Range> markers = find(text, to);
    if (!markers.isEmpty()) {
      spans.removeIf(
          span -> markers.stream().anyMatch(m -> m.start <= span.start() && span.end() <= m.end));
    }
  }

  private List<Range> find(byte[] text, int to) {
    List<Range> found = new ArrayList<>();
    int last = PREFIX.length - 1;
    for (int i = 0; i + PREFIX.length < to; i += ALIGNED[text[i + last] & 0xff]) {
      if (text[i + last] == PREFIX[last] && isPrefix(text, i)) {
        int end = end(text, i + PREFIX.length, to);
        if (end > 0) {
          found.add(new Range(i, end));
        }
      }
    }
    return found;
  }

  private int end(byte[] text, int from, int to) {
    int i = from;
    while (i < to
        && i - from <= LONGEST_ID
        && (Bytes.isLower(text[i]) || Bytes.isDigit(text[i]) || text[i] == '-')) {
      i++;
    }
    if (i >= to || !ids.contains(new String(text, from, i - from, StandardCharsets.US_ASCII))) {
      return -1;
    }
    if (text[i] == '#') {
      int tag = i + 1;
      i = tag;
      while (i < to && i - tag < TAG && Bytes.isHex(text[i])) {
        i++;
      }
    }
    return i < to && text[i] == ']' ? i + 1 : -1;
  }

  private static boolean isPrefix(byte[] text, int at) {
    for (int i = 0; i < PREFIX.length; i++) {
      if (text[at + i] != PREFIX[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a name stands directly after a marker's opening, and so says nothing about what follows
   * the marker.
   */
  static boolean isInMarker(byte[] text, int start) {
    return start >= PREFIX.length && isPrefix(text, start - PREFIX.length);
  }

  /**
   * Whether a value begins as a marker does; what the end of a bare value cuts off counts as well.
   */
  static boolean isMarker(byte[] text, int start, int end) {
    if (end - start > PREFIX.length + LONGEST_ID + TAG + 2
        || end - start < PREFIX.length
        || !isPrefix(text, start)) {
      return false;
    }
    for (int i = start + PREFIX.length; i < end; i++) {
      byte b = text[i];
      if (!(Bytes.isLower(b)
          || Bytes.isDigit(b)
          || b == '-'
          || b == '#'
          || (b == ']' && i == end - 1))) {
        return false;
      }
    }
    return true;
  }
}
