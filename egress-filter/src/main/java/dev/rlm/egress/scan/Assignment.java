package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A value that stands after a name, in the notations of configuration files, programs, markup,
 * headers and command lines.
 *
 * @param start first byte of the value, without quotes
 * @param end byte after the value
 * @param notation how the value stood there
 */
record Assignment(int start, int end, Notation notation) {

  /** How a value stands after its name. */
  enum Notation {
    /** In quotes. */
    QUOTED,
    /** Bare, and directly after an equals sign without blanks, as in an environment file. */
    TIGHT,
    /** Bare after an operator with blanks. */
    LOOSE,
    /** The content of a markup element. */
    ELEMENT,
    /**
     * In quotes, after a name in quotes and a comma: the next argument of a call, or the next item
     * of a list.
     */
    ARGUMENT,
    /** The next word of a command line. */
    OPTION
  }

  private static final int MAXIMUM_GAP = 48;
  private static final List<byte[]> GETTERS =
      Stream.of("get", "find", "fetch", "read", "load", "lookup", "prompt", "ask", "delete")
          .map(verb -> verb.getBytes(StandardCharsets.US_ASCII))
          .toList();

  /** Bytes of the longest value. */
  static final int MAXIMUM_VALUE = 4096;

  private static final boolean[] BARE_END = new boolean[256];

  static {
    for (char c : "\"'`,;<>&|)}]\\ \t\r\n\u000b\f".toCharArray()) {
      BARE_END[c] = true;
    }
  }

  /** Finds the value that is assigned to a name which ends at the given place, or null. */
  static @Nullable Assignment after(byte[] text, int nameEnd, int to) {
    Assignment direct = directlyAfter(text, nameEnd, to);
    return direct == null ? Entries.value(text, nameEnd, to) : direct;
  }

  private static @Nullable Assignment directlyAfter(byte[] text, int nameEnd, int to) {
    Cursor cursor = new Cursor(text, nameEnd, Math.min(to, nameEnd + MAXIMUM_GAP));
    if (cursor.peek() == '%' && cursor.skipEncodedOperator()) {
      return encoded(text, cursor.at, to);
    }
    boolean closed = cursor.skipClosers();
    if (!closed && cursor.peek() == '(' && cursor.quoteAt(1) && !isGetter(text, nameEnd)) {
      cursor.at++;
      return value(cursor, to, true);
    }
    if (cursor.peek() == '>' || isTag(text, nameEnd, cursor)) {
      cursor.at++;
      cursor.skipAnySpace();
      if (cursor.skipWord("<value>") || cursor.skipWord("<string>")) {
        cursor.skipAnySpace();
      }
      return Elements.content(text, cursor.at, to);
    }
    int before = cursor.at;
    cursor.skipBlanks();
    if (cursor.peek() == '.' && cursor.skipLeader()) {
      return value(cursor, to, false);
    }
    if ((closed || isSymbol(text, nameEnd)) && cursor.peek() == ',') {
      return argument(cursor, to);
    }
    if (cursor.skipOperator(closed)) {
      boolean tight = cursor.at == before + 1;
      if (cursor.peek() == '*' && cursor.at + 2 < to && text[cursor.at + 1] == '*') {
        cursor.at += 2; // the end of bold text
      }
      cursor.skipBlanks();
      return value(cursor, to, tight && cursor.at == before + 1);
    }
    return null;
  }

  /** The quoted value behind a comma, perhaps with the name of what is taken where there is no other. */
  private static @Nullable Assignment argument(Cursor cursor, int to) {
    cursor.at++;
    cursor.skipBlanks();
    if (cursor.skipWord("unset = ") || cursor.skipWord("default=") || cursor.skipWord("default: ")) {
      cursor.skipBlanks();
    }
    Assignment argument = value(cursor, to, false);
    return argument != null
            && argument.notation == Notation.QUOTED
            && !isKey(cursor.text, argument.end, to)
        ? new Assignment(argument.start, argument.end, Notation.ARGUMENT)
        : null;
  }

  /** The next argument or item behind a quote that was closed at a place, or null. */
  static @Nullable Assignment next(byte[] text, int closed, int to) {
    Cursor cursor = new Cursor(text, closed, Math.min(to, closed + MAXIMUM_GAP));
    return cursor.peek() == ',' ? argument(cursor, to) : null;
  }

  /** A value in an address, up to what is written there with a percent sign. */
  private static @Nullable Assignment encoded(byte[] text, int from, int to) {
    int limit = Math.min(to, from + MAXIMUM_VALUE);
    int end = from;
    while (end < limit && text[end] != '%' && !BARE_END[text[end] & 0xff]) {
      end++;
    }
    return end > from ? new Assignment(from, end, Notation.TIGHT) : null;
  }

  /** Finds the next word, for command lines such as {@code --password word}. */
  static @Nullable Assignment option(byte[] text, int nameEnd, int to) {
    int at = nameEnd;
    while (at < to && at < nameEnd + 4 && (text[at] == ' ' || text[at] == '\t')) {
      at++;
    }
    if (at == nameEnd || at >= to) {
      return null;
    }
    Cursor cursor = new Cursor(text, at, Math.min(to, at + 8));
    Assignment found = value(cursor, to, false);
    return found == null || found.notation == Notation.QUOTED
        ? found
        : new Assignment(found.start, found.end, Notation.OPTION);
  }

  /** Finds the value that begins here, behind an operator. */
  static @Nullable Assignment at(byte[] text, int from, int to) {
    return value(new Cursor(text, from, Math.min(to, from + MAXIMUM_GAP)), to, false);
  }

  /** Reads the value that begins at a place, or null. */
  static @Nullable Assignment value(Cursor cursor, int to, boolean tight) {
    cursor.skipBlockStart();
    cursor.skipTypeTag();
    if (cursor.skipWord("&quot;")) {
      return bare(cursor.text, cursor.at, to, Notation.TIGHT);
    }
    boolean brace = cursor.skipWrappers();
    if (cursor.skipQuote()) {
      Assignment quoted = quoted(cursor.text, cursor.at, to);
      return brace && quoted != null && isKey(cursor.text, quoted.end, to) ? null : quoted;
    }
    if (cursor.skipWord("{ ") || cursor.skipWord("{\n")) {
      return null;
    }
    return bare(cursor.text, cursor.at, to, tight ? Notation.TIGHT : Notation.LOOSE);
  }

  /** Where the name begins that ends at a place. */
  private static int nameStart(byte[] text, int nameEnd) {
    int start = nameEnd;
    while (start > 0 && Bytes.isName(text[start - 1]) && nameEnd - start < MAXIMUM_GAP) {
      start--;
    }
    return start;
  }

  /** Whether the name is that of a call which is told where a secret is kept: {@code get_password("…")}. */
  private static boolean isGetter(byte[] text, int nameEnd) {
    int verb = nameStart(text, nameEnd);
    for (int i = verb; i < nameEnd; i++) {
      verb = text[i] == '.' ? i + 1 : verb;
    }
    int first = verb;
    return GETTERS.stream().anyMatch(getter -> Bytes.startsWith(text, first, nameEnd, getter));
  }

  /** Whether the name is a symbol such as {@code :name}. */
  private static boolean isSymbol(byte[] text, int nameEnd) {
    int start = nameStart(text, nameEnd);
    return start > 0 && text[start - 1] == ':';
  }

  /** Whether the name is that of an element with attributes; moves on to the end of its tag. */
  private static boolean isTag(byte[] text, int nameEnd, Cursor cursor) {
    int start = nameStart(text, nameEnd);
    if (start == 0 || text[start - 1] != '<' || cursor.peek() != ' ') {
      return false;
    }
    for (int i = cursor.at; i < cursor.limit() && text[i] != '\n'; i++) {
      if (text[i] == '>') {
        cursor.at = i;
        return text[i - 1] != '/';
      }
    }
    return false;
  }

  /** Whether what ends here in a quote is the first key of an object. */
  private static boolean isKey(byte[] text, int end, int to) {
    int i = end;
    while (i < to && i < end + 4 && (text[i] == '"' || text[i] == '\'' || text[i] == '\\')) {
      i++;
    }
    return i < to && text[i] == ':';
  }

  private static @Nullable Assignment quoted(byte[] text, int from, int to) {
    byte quote = text[from - 1];
    int limit = Math.min(to, from + MAXIMUM_VALUE);
    int i = from;
    while (i < limit && text[i] != '\n') {
      if (text[i] == quote && !(text[i - 1] == '\\' && text[from - 2 < 0 ? 0 : from - 2] != '\\')) {
        break;
      }
      i++;
    }
    if (i == from) {
      return null;
    }
    if (i < limit && text[i] == '\n') {
      return bare(text, from, to, Notation.LOOSE);
    }
    while (i > from && text[i - 1] == '\\') {
      i--;
    }
    return i > from ? new Assignment(from, i, Notation.QUOTED) : null;
  }

  /** A type such as {@code !Ref}, which says that what follows is no literal. */
  private static boolean isYamlTag(byte[] text, int from, int end) {
    if (end - from < 3 || text[from] != '!' || end >= text.length || text[end] != ' ') {
      return false;
    }
    for (int i = from + 1; i < end; i++) {
      if (!Bytes.isLetter(text[i]) && "-_:/.".indexOf(text[i]) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether an ampersand belongs to the value: what follows is neither the next parameter nor an entity. */
  private static boolean isInner(byte[] text, int at, int limit) {
    int end = at + 1;
    while (end < limit && Bytes.isName(text[end])) {
      end++;
    }
    return text[at] == '&' && end > at + 1 && (end == limit || "=;&[%".indexOf(text[end]) < 0);
  }

  private static @Nullable Assignment bare(byte[] text, int from, int to, Notation notation) {
    int limit = Math.min(to, from + MAXIMUM_VALUE);
    int end = from;
    while (end < limit && (!BARE_END[text[end] & 0xff] || (end > from && isInner(text, end, limit)))) {
      end++;
    }
    while (end > from && (text[end - 1] == ':' || text[end - 1] == '.')) {
      end--;
    }
    if (isYamlTag(text, from, end)) {
      return null;
    }
    return end > from ? new Assignment(from, end, notation) : null;
  }
}
