package dev.rlm.egress.scan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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
  private static final int ENTRY_REACH = 160;

  /** Line breaks between an entry's name and its value. */
  private static final int MOST_LINES = 4;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** Folds four bytes as cursors do when they compare words. */
  private static final int FOLD = 0x20202020;

  private static final int VALUE = four("value");
  private static final int DEFAULT = four("default");
  private static final int BODY = four("-body");

  private static final List<byte[]> GETTERS =
      Stream.of("get", "find", "fetch", "read", "load", "lookup", "prompt", "ask", "delete")
          .map(verb -> verb.getBytes(StandardCharsets.US_ASCII))
          .toList();

  private static final byte[] CDATA = "<![CDATA[".getBytes(StandardCharsets.US_ASCII);
  private static final int MAXIMUM_VALUE = 4096;
  private static final boolean[] BARE_END = new boolean[256];

  static {
    for (char c : "\"'`,;<>&|)}]\\ \t\r\n\u000b\f".toCharArray()) {
      BARE_END[c] = true;
    }
  }

  /** Finds the value that is assigned to a name which ends at the given place, or null. */
  static @Nullable Assignment after(byte[] text, int nameEnd, int to) {
    Assignment direct = directlyAfter(text, nameEnd, to);
    return direct == null ? ofEntry(text, nameEnd, to) : direct;
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
      return element(text, cursor.at, to);
    }
    int before = cursor.at;
    cursor.skipBlanks();
    if ((closed || isSymbol(text, nameEnd)) && cursor.peek() == ',') {
      cursor.at++;
      cursor.skipBlanks();
      Assignment argument = value(cursor, to, false);
      return argument != null
              && argument.notation == Notation.QUOTED
              && !isKey(text, argument.end, to)
          ? new Assignment(argument.start, argument.end, Notation.ARGUMENT)
          : null;
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

  private static @Nullable Assignment value(Cursor cursor, int to, boolean tight) {
    cursor.skipBlockStart();
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

  /**
   * Finds the value of an entry whose name is itself a value: {@code {"name": "X", "value": "…"}},
   * {@code - name: X} with {@code value: …} on the next line, {@code <key>X</key><string>…}, {@code
   * variable "X" { default = … }}.
   */
  private static @Nullable Assignment ofEntry(byte[] text, int nameEnd, int to) {
    Cursor cursor = new Cursor(text, nameEnd, Math.min(to, nameEnd + ENTRY_REACH));
    cursor.skipClosers();
    if (cursor.skipWord("</")) {
      return elementAfterTag(cursor, to);
    }
    if (cursor.peek() == ':' && cursor.at + 1 < to && text[cursor.at + 1] == '\n') {
      cursor.at++;
    }
    boolean object = skipObject(cursor);
    if (object && cursor.skipWord("\"s\":")) {
      return valueAfterBlanks(cursor, to); // a string, as DynamoDB writes it
    }
    int b = cursor.peek();
    if ((!object && b != ',' && b != '\n' && b != '\r' && b != ' ' && b != '}' && b != '\\')
        || !mayHoldValue(text, cursor.at, cursor.limit())) {
      return null;
    }
    int lines = 0;
    for (int i = cursor.at; i + 1 < cursor.limit(); i++) {
      byte before = text[i];
      if (before < 0 || before == '}' || (before == '\n' && ++lines > MOST_LINES)) {
        return null;
      }
      if (Bytes.isLetter(before) && !(text[i + 1] == 'V' && Bytes.isLower(before))) {
        continue;
      }
      cursor.at = i;
      if (isEntryValue(cursor)) {
        if (cursor.peek() == '>') {
          return element(text, cursor.at + 1, to);
        }
        cursor.skipClosers();
        cursor.skipBlanks();
        if (text[i] == '-' && (cursor.peek() == '"' || cursor.peek() == '\'')) {
          return value(cursor, to, false);
        }
        return (cursor.peek() == ':' || cursor.peek() == '=') && cursor.skipOperator(false)
            ? valueAfterBlanks(cursor, to)
            : null;
      }
    }
    return null;
  }

  /** Whether one of the words begins here that stand before an entry's value: few names have one. */
  private static boolean mayHoldValue(byte[] text, int from, int to) {
    int lines = 0;
    for (int i = from; i + Integer.BYTES <= to && lines <= MOST_LINES; i++) {
      int four = (int) INT.get(text, i) | FOLD;
      if (four == VALUE || four == DEFAULT || four == BODY) {
        return true;
      }
      lines += text[i] == '\n' ? 1 : 0;
    }
    return false;
  }

  private static int four(String word) {
    return (int) INT.get(word.getBytes(StandardCharsets.US_ASCII), 0) | FOLD;
  }

  /** Skips the start of an object that may hold the value: {@code : {"type": …, "value": …}}. */
  private static boolean skipObject(Cursor cursor) {
    int from = cursor.at;
    if (cursor.skipOperator(true)) {
      cursor.skipBlanks();
      if (cursor.skipWord("{")) {
        return true;
      }
    }
    cursor.at = from;
    return false;
  }

  private static @Nullable Assignment valueAfterBlanks(Cursor cursor, int to) {
    cursor.skipBlanks();
    return value(cursor, to, false);
  }

  private static boolean isEntryValue(Cursor cursor) {
    Cursor ahead = new Cursor(cursor.text, cursor.at + 1, cursor.limit());
    if ((ahead.skipWord("value") || ahead.skipWord("default") || ahead.skipWord("-body"))
        && (ahead.peek() < 0 || !Bytes.isName((byte) ahead.peek()))) {
      cursor.at = ahead.at;
      return true;
    }
    return false;
  }

  private static @Nullable Assignment elementAfterTag(Cursor cursor, int to) {
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
    Assignment found = element(cursor.text, cursor.at, to);
    boolean typed = tag.equals("string") || tag.endsWith("value");
    return found == null || typed
        ? found
        : new Assignment(found.start, found.end, Notation.LOOSE); // a cell, or a text
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

  private static @Nullable Assignment element(byte[] text, int from, int to) {
    int limit = Math.min(to, from + MAXIMUM_VALUE);
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

  /** A type such as {@code !Ref}, which says that what follows is no literal. */
  private static boolean isYamlTag(byte[] text, int from, int end) {
    if (end - from < 3 || text[from] != '!' || end >= text.length || text[end] != ' ') {
      return false;
    }
    return Profile.of(text, from + 1, end).letters() == end - from - 1;
  }

  private static @Nullable Assignment bare(byte[] text, int from, int to, Notation notation) {
    int limit = Math.min(to, from + MAXIMUM_VALUE);
    int end = from;
    while (end < limit && !BARE_END[text[end] & 0xff]) {
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
