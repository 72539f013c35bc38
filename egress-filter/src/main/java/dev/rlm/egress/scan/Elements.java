package dev.rlm.egress.scan;

import dev.rlm.egress.scan.Assignment.Notation;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Values that are the content of a markup's element. */
final class Elements {

  private static final byte[] CDATA = "<![CDATA[".getBytes(StandardCharsets.US_ASCII);

  private Elements() {}

  /** Finds the value in the element behind the one whose closing tag is being read, or null. */
  static @Nullable Assignment afterTag(Cursor cursor, int to) {
    while (cursor.peek() >= 0 && Bytes.isName((byte) cursor.peek())) {
      cursor.at++;
    }
    if (!cursor.skipWord(">")) {
      return null;
    }
    boolean colon = cursor.peek() == ':';
    cursor.at += colon ? 1 : 0;
    cursor.skipAnySpace();
    String tag = cursor.skipValueTag();
    if (tag.isEmpty() && !colon) {
      return null;
    }
    Assignment found = content(cursor.text, cursor.at, to);
    boolean typed = tag.equals("string") || tag.endsWith("value");
    return found == null || typed
        ? found
        : new Assignment(found.start(), found.end(), Notation.LOOSE); // a cell, or a text
  }

  /** Reads the content of an element from a place on: one word up to the next tag; or null. */
  static @Nullable Assignment content(byte[] text, int from, int to) {
    int limit = Math.min(to, from + Assignment.MAXIMUM_VALUE);
    if (from < to && text[from] == '{') {
      return inBraces(text, from + 1, limit);
    }
    if (Bytes.startsWith(text, from, to, CDATA)) {
      return cdata(text, from + CDATA.length, limit);
    }
    int end = from;
    while (end < limit && text[end] != '<' && !Bytes.isSpace(text[end])) {
      end++;
    }
    int close = end;
    while (close < limit && Bytes.isSpace(text[close])) {
      close++;
    }
    return end > from && close < limit && text[close] == '<'
        ? new Assignment(from, end, Notation.ELEMENT)
        : null;
  }

  private static @Nullable Assignment cdata(byte[] text, int from, int limit) {
    int end = from;
    while (end < limit && text[end] != ']' && !Bytes.isSpace(text[end])) {
      end++;
    }
    return end > from && end < limit && text[end] == ']'
        ? new Assignment(from, end, Notation.ELEMENT)
        : null;
  }

  /** The last word in braces, as a store of credentials writes what it has encrypted. */
  private static @Nullable Assignment inBraces(byte[] text, int from, int limit) {
    int word = from;
    int end = from;
    while (end < limit && text[end] != '}' && text[end] != '{' && text[end] != '<') {
      word = Bytes.isSpace(text[end]) ? end + 1 : word;
      end++;
    }
    return end > word && end + 1 < limit && text[end] == '}' && text[end + 1] == '<'
        ? new Assignment(word, end, Notation.ELEMENT)
        : null;
  }
}
