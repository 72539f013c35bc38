package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import dev.rlm.egress.match.Shape;
import dev.rlm.egress.match.ShapeException;
import dev.rlm.egress.rule.CompiledRule;
import dev.rlm.egress.rule.Rule;
import dev.rlm.egress.rule.RuleStart;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** Applies one rule at the places where its anchors were found. */
final class KnownFormat implements Trigger {

  private static final int TOKEN_REACH = 512;
  private static final int LONGEST = 32 << 10;

  /** Anchors of this length or more are prefixes that no other word ends with. */
  private static final int TELLING = 5;

  /** A value of fewer characters counts behind an operator only. */
  private static final int SHORTEST_WORD = 20;

  /** What a failed match is charged with: more than most read. */
  private static final int FAILED_MATCH = 48;

  /** Names that hold a service's name and still assign no secret: digests and versions. */
  private static final Shape HARMLESS_NAME =
      Shape.compile(
          "(?i).*(sha|sha1|sha256|sha512|md5|commit|hash|digest|checksum|rev|revision|version|image|build|tag|ref|url|uri|host|etag)([_.-]?[0-9]{1,3})?");

  private final CompiledRule compiled;
  private final Rule rule;
  private final Predicate<byte[]> check;
  private final List<byte[]> folded;

  KnownFormat(CompiledRule compiled) {
    this.compiled = compiled;
    rule = compiled.rule();
    check = Checks.named(rule.check());
    folded = rule.anchors().stream().map(KnownFormat::fold).toList();
    if (!rule.check().isEmpty() && !Checks.isKnown(rule.check())) {
      throw new ShapeException("rule " + rule.id() + ": there is no check named " + rule.check());
    }
  }

  private static byte[] fold(String anchor) {
    byte[] folded = anchor.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < folded.length; i++) {
      folded[i] |= 0x20;
    }
    return folded;
  }

  @Override
  public int examine(byte[] text, int position, int length, int to, Work work, List<Span> out) {
    return switch (rule.start()) {
      case ANCHOR -> anchored(text, position, length, to, work, out);
      case TOKEN -> {
        int start = tokenStart(text, position, work);
        yield rule.bounded() && continuesToken(text, start)
            ? position
            : match(text, start, position, to, work, out);
      }
      case VALUE -> assigned(text, position, to, work, out);
    };
  }

  private int anchored(byte[] text, int position, int length, int to, Work work, List<Span> out) {
    // A prefix that no word ends with tells by itself, also where something is written before it.
    boolean telling = length >= TELLING || (length > 3 && text[position + length - 1] == '_');
    if (!telling && rule.bounded() && continuesToken(text, position)) {
      return position;
    }
    return match(text, position, position, to, work, out);
  }

  private static int tokenStart(byte[] text, int anchor, Work work) {
    int start = anchor;
    while (start > 0 && anchor - start < TOKEN_REACH && isInToken(text[start - 1])) {
      start--;
    }
    work.spend(anchor - start);
    return start;
  }

  private static boolean isInToken(byte b) {
    return (Bytes.isToken(b) && b != '=') || b == '.' || b == '~';
  }

  private int match(byte[] text, int from, int anchor, int to, Work work, List<Span> out) {
    CompiledRule.Shapes shapes = compiled.shapes();
    int limit = Math.min(to, from + LONGEST);
    int start = from;
    if (shapes.lead() != null) {
      start = shapes.lead().match(text, from, limit);
      if (start < 0) {
        return anchor;
      }
    }
    int end = shapes.shape().match(text, start, limit);
    if (end <= start) {
      work.spend(FAILED_MATCH);
      return anchor;
    }
    work.spend(end - start);
    if (shapes.tail() != null && shapes.tail().match(text, end, to) < 0) {
      return anchor;
    }
    if (rule.bounded()
        && end < to
        && Bytes.isAlphanumeric(text[end])
        && Bytes.isAlphanumeric(text[end - 1])) {
      return anchor;
    }
    return accept(text, start, end, out) ? end : anchor;
  }

  private int assigned(byte[] text, int position, int to, Work work, List<Span> out) {
    CredentialName name = CredentialName.bounds(text, position, to);
    if (position > name.start() && continuesWord(text[position - 1], text[position])) {
      return position;
    }
    Shape lead = compiled.shapes().lead();
    if (Markers.isInMarker(text, name.start())
        || (lead != null && lead.match(text, position, name.end()) != name.end())) {
      return name.end();
    }
    Assignment value = Assignment.after(text, name.end(), to);
    if (value == null) {
      value = Assignment.option(text, name.end(), to);
      if (value != null && text[name.start()] != '-' && !isGenerated(text, value)) {
        return name.end();
      }
    }
    if (value == null || HARMLESS_NAME.match(text, name.start(), name.end()) == name.end()) {
      return name.end();
    }
    int end = compiled.shapes().shape().match(text, value.start(), value.end());
    work.spend(value.end() - value.start());
    if (end == value.end()) {
      accept(text, value.start(), end, out);
    }
    return name.end();
  }

  /** The next word of a sentence must look like nothing else. */
  private static boolean isGenerated(byte[] text, Assignment value) {
    return value.end() - value.start() >= SHORTEST_WORD
        && Randomness.looksGenerated(text, value.start(), value.end());
  }

  private static boolean continuesWord(byte before, byte first) {
    return (Bytes.isLower(before) && Bytes.isLower(first))
        || (Bytes.isUpper(before) && Bytes.isUpper(first));
  }

  private boolean accept(byte[] text, int start, int end, List<Span> out) {
    int fixed = 0;
    if (rule.start() == RuleStart.ANCHOR && rule.lead().isEmpty()) {
      fixed = Math.min(fixedLength(text, start, end), (end - start) / 2);
    }
    if (Placeholders.isPlaceholder(
        text,
        start + fixed,
        end,
        Math.min(rule.distinct(), Math.max(3, (end - start - fixed) / 2)))) {
      return false;
    }
    Confidence confidence =
        !rule.check().isEmpty() && check.test(Arrays.copyOfRange(text, start, end))
            ? Confidence.HIGH
            : rule.confidence();
    out.add(Span.secret(start, end, rule.id(), confidence));
    return true;
  }

  /** How much of a match is the anchor itself, which says nothing about the changing part. */
  private int fixedLength(byte[] text, int start, int end) {
    int longest = 0;
    for (byte[] anchor : folded) {
      int i = 0;
      while (i < anchor.length && start + i < end && (text[start + i] | 0x20) == anchor[i]) {
        i++;
      }
      if (i == anchor.length) {
        longest = Math.max(longest, i);
      }
    }
    return longest;
  }

  /**
   * Whether a letter or digit stands before, other than the end of an escape such as the n of a
   * line break or of %3D.
   */
  private static boolean continuesToken(byte[] text, int from) {
    if (from == 0 || !Bytes.isAlphanumeric(text[from - 1])) {
      return false;
    }
    byte last = text[from - 1];
    if (from > 1 && text[from - 2] == '\\' && (last == 'n' || last == 't' || last == 'r')) {
      return false;
    }
    boolean percent =
        from > 2 && text[from - 3] == '%' && Bytes.isHex(text[from - 2]) && Bytes.isHex(last);
    boolean unicode = from > 5 && text[from - 6] == '\\' && text[from - 5] == 'u';
    return !percent && !unicode;
  }
}
