package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;

/** Finds a secret that a program writes as a list of numbers: {@code byte[] key = {0x1f, …}}. */
final class ByteLists {

  /** How such lists begin. */
  static final List<String> BEGINNINGS =
      List.of(
          "{0x",
          "{ 0x",
          "[0x",
          "[ 0x",
          "{\n  0x",
          "{\n    0x",
          "{\n\t0x",
          "[\n    0x",
          "{(byte)",
          "{ (byte)",
          "bytes([",
          "bytearray([",
          "uint8array([",
          "uint8array.of(",
          "bytearrayof(",
          "[]byte{",
          "byte[] {",
          "byte[]{");

  private static final byte[] CAST = "(byte)".getBytes(StandardCharsets.US_ASCII);

  /** Between the name and the list: an operator, and the type of the list. */
  private static final int GAP = 40;

  private static final int FEWEST = 16;

  /** Bytes of the longest list: with its name, within what is kept of a stream. */
  private static final int LIST = 1500;

  /** Different numbers that random ones have, out of sixteen. */
  private static final int DISTINCT = 12;

  /** Characters of the longest number, with what stands before its digits. */
  private static final int LONGEST_NUMBER = 4;

  /** Up to where a list may go on. */
  static final Reach REACH = new Reach((text, position, to) -> Math.min(to, position + LIST), false);

  private ByteLists() {}

  /** Adds the numbers of a list as one secret, if its name says so; gives the end of what was examined. */
  static int apply(byte[] text, int anchor, int length, int to, Work work, List<Span> out) {
    int open = anchor + length;
    while ("{[(".indexOf(text[open - 1]) < 0 || Bytes.startsWith(text, open - 1, to, CAST)) {
      open--;
    }
    work.spend(GAP);
    int end = nameEnd(text, open - 1);
    if (end < 0) {
      return anchor + length;
    }
    CredentialName name = CredentialName.at(text, end - 1, to, work);
    return CredentialValues.isKeyOrBetter(text, name) ? list(text, open, to, work, out) : anchor + length;
  }

  /** Whether a value is a list that begins with a number. */
  static boolean opens(byte[] text, int value, int to) {
    if (text[value] != '[' && text[value] != '{') {
      return false;
    }
    int at = skipMarks(text, value + 1, to);
    return at < to && Bytes.isDigit(text[at]);
  }

  /** Where the name ends to which a list is assigned, or -1. */
  private static int nameEnd(byte[] text, int open) {
    int least = Math.max(0, open - GAP);
    int at = open - 1;
    while (at > least && text[at] != '=' && (Bytes.isName(text[at]) || " []({&:\n\t".indexOf(text[at]) >= 0)) {
      at--;
    }
    if (at <= least || text[at] != '=') {
      return -1;
    }
    // Behind the name a language may write a type, or how many numbers there are.
    at = skipBlanks(text, at);
    if (at > least && text[at - 1] == ']') {
      while (at > least && text[at - 1] != '[') {
        at--;
      }
      at = skipBlanks(text, at - 1);
    }
    at = at > least && text[at - 1] == ':' ? skipBlanks(text, at - 1) : at;
    return at > least && Bytes.isName(text[at - 1]) ? at : -1;
  }

  private static int skipBlanks(byte[] text, int end) {
    int at = end;
    while (at > 0 && text[at - 1] == ' ') {
      at--;
    }
    return at;
  }

  /** Adds the numbers of a list as one secret, if they look random; gives the end of the last one. */
  static int list(byte[] text, int open, int end, Work work, List<Span> out) {
    int to = Math.min(end, open + LIST);
    BitSet seen = new BitSet(256);
    int start = skipMarks(text, open, to);
    int read = open;
    int last = 0;
    int falls = 0;
    int count = 0;
    for (int at = start; at < to; at = skipMarks(text, read, to)) {
      int close = numberEnd(text, at, to);
      int value = value(text, at, close);
      if (value < 0) {
        break;
      }
      falls += value < last ? 1 : 0;
      last = value;
      seen.set(value);
      read = close;
      count++;
    }
    work.spend(read - open);
    if (count >= FEWEST
        && seen.cardinality() >= Math.min(DISTINCT, count)
        && falls * 4 >= count // which no ordered list has
        && (seen.length() > 128 || seen.nextSetBit(0) >= ' ')) {
      out.add(Span.secret(start, read, "credential", Confidence.LOW));
    }
    return read;
  }

  /** Skips blanks, breaks, commas and casts. */
  private static int skipMarks(byte[] text, int from, int to) {
    int at = from;
    while (at < to && at - from < GAP) {
      if (Bytes.startsWith(text, at, to, CAST)) {
        at += CAST.length;
      } else if (Bytes.isSpace(text[at]) || text[at] == ',') {
        at++;
      } else {
        break;
      }
    }
    return at;
  }

  private static int numberEnd(byte[] text, int from, int to) {
    int end = from;
    while (end < to && end - from <= LONGEST_NUMBER && (Bytes.isHex(text[end]) || text[end] == 'x' || text[end] == '-')) {
      end++;
    }
    return end;
  }

  /** The byte that a number stands for, or -1. */
  private static int value(byte[] text, int start, int end) {
    boolean negative = start < end && text[start] == '-';
    int from = start + (negative ? 1 : 0);
    boolean hex = end - from > 2 && text[from] == '0' && text[from + 1] == 'x';
    int value = 0;
    for (int i = hex ? from + 2 : from; i < end; i++) {
      int digit = Character.digit(text[i], hex ? 16 : 10);
      if (digit < 0) {
        return -1;
      }
      value = value * (hex ? 16 : 10) + digit;
    }
    return from == end || end - start > LONGEST_NUMBER || value > 255 ? -1 : negative ? -value & 0xff : value;
  }
}
