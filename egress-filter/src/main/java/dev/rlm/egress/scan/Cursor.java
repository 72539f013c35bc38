package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/** A place in a text between a name and its value, with the steps that notations are made of. */
final class Cursor {

  private static final int LONGEST_TYPE = 24;

  /** Fewer dots end a sentence. */
  private static final int SHORTEST_LEADER = 4;

  /** Brackets, and prefixes of strings. */
  private static final String WRAPPERS = "[({@brfuLBRFUN";

  /** What a test says of a value before the one that it expects. */
  private static final String[] EXPECTATIONS = {
    ").tobe(", ").toequal(", ").to.equal(", ").isequalto("
  };

  /** Calls that enter a value into the field that was named before. */
  private static final String[] ENTRIES = {
    ".send_keys(", ".sendkeys(", ".fill(", ".type(", ".setvalue(", ".settext("
  };

  /** Quotes and a blank, in an address. */
  private static final Set<String> ENCODED_SPACE = Set.of("22", "27", "20");

  private static final Set<String> VALUE_TAGS = Set.of("string", "td", "dd");

  final byte[] text;
  int at;
  private final int limit;

  Cursor(byte[] text, int at, int limit) {
    this.text = text;
    this.at = at;
    this.limit = limit;
  }

  int limit() {
    return limit;
  }

  int peek() {
    return at < limit ? text[at] : -1;
  }

  private int peek(int ahead) {
    return at + ahead < limit ? text[at + ahead] : -1;
  }

  private static boolean isQuote(int b) {
    return b == '"' || b == '\'' || b == '`';
  }

  boolean quoteAt(int ahead) {
    return isQuote(peek(ahead)) || (peek(ahead) == '\\' && isQuote(peek(ahead + 1)));
  }

  /** Skips what may close a name; tells whether a quote was among it. */
  boolean skipClosers() {
    boolean quote = false;
    for (int i = 0; i < 6 && at < limit; i++) {
      byte b = text[at];
      if (isQuote(b)) {
        quote = true;
      } else if (b == '&' && skipWord("&quot;")) {
        quote = true;
        continue;
      } else if (!(b == '\\' && quoteAt(1))
          && b != ']'
          && !(b == '[' && peek(1) == ']')
          && b != '*'
          && !(b == '?' && !Bytes.isLetter((byte) peek(1)))
          && !(b == ')' && (i > 0 || peek(1) == ':' || peek(1) == '='))) {
        break;
      }
      at++;
    }
    return quote;
  }

  void skipBlanks() {
    while (at < limit && (text[at] == ' ' || text[at] == '\t')) {
      at++;
    }
  }

  /** Skips the dots that lead from a name to its value in a list, and a colon behind them. */
  boolean skipLeader() {
    int from = at;
    while (peek() == '.') {
      at++;
    }
    if (at - from < SHORTEST_LEADER) {
      at = from;
      return false;
    }
    skipBlanks();
    at += peek() == ':' ? 1 : 0;
    skipBlanks();
    return true;
  }

  void skipAnySpace() {
    while (at < limit && Bytes.isSpace(text[at])) {
      at++;
    }
  }

  /**
   * Skips an operator that assigns or compares, with a type before it where a language writes one.
   */
  boolean skipOperator(boolean nameWasQuoted) {
    int b = peek();
    if (nameWasQuoted && skipWord("value")) {
      return skipSymbols();
    }
    if (nameWasQuoted && b == '.') {
      for (String entry : ENTRIES) {
        if (skipWord(entry)) {
          return true;
        }
      }
    }
    if (b == ')') {
      for (String expectation : EXPECTATIONS) {
        if (skipWord(expectation)) {
          return quoteAt(0);
        }
      }
    }
    if (b == '{') {
      return skipAccessors();
    }
    if (b == ':' && (skipTypeUpTo('=', 1) || skipGetter())) {
      return true;
    }
    if (((b == 'o' || b == 'O' || b == '|' || b == '?') && skipFallback()) || skipSymbols()) {
      return true;
    }
    return Bytes.isLetter((byte) b)
        && ((!nameWasQuoted && skipTypeUpTo('=', 0))
            || skipWord("is set to ")
            || skipWord("eq ") || skipWord("is "));
  }

  /** Skips what stands between a variable and the literal that is taken where it is not set. */
  private boolean skipFallback() {
    int from = at;
    if ((skipWord("or ") || skipWord("|| ") || skipWord("?? ")) && quoteAt(0)) {
      return true;
    }
    at = from;
    return false;
  }

  private boolean skipSymbols() {
    int from = at;
    while (at < limit && at - from < 4 && ":=>?.+|!~-<".indexOf(text[at]) >= 0) {
      if (text[at] == '<' && peek(1) != '-') {
        break;
      }
      at++;
    }
    boolean cell = at == from + 1 && text[from] == '|' && peek() == ' ';
    boolean assigns = cell && from > 0 && text[from - 1] == ' ';
    for (int i = from; i < at; i++) {
      assigns |=
          text[i] == '='
              || text[i] == ':'
              || (i > from && (text[i] == '>' || (text[i] == '-' && text[i - 1] == '<')));
    }
    if (!assigns) {
      at = from;
    }
    return assigns;
  }

  /** Skips a type such as {@code string} or {@code : &str} when the operator follows it. */
  private boolean skipTypeUpTo(char operator, int colon) {
    int i = at + colon;
    int end = Math.min(limit, i + LONGEST_TYPE);
    boolean word = false;
    String inTypes = colon == 0 ? " &?[]*" : " &?<>[]*";
    while (i < end && (Bytes.isLetter(text[i]) || inTypes.indexOf(text[i]) >= 0)) {
      word |= Bytes.isLetter(text[i]);
      i++;
    }
    if (i < end && text[i] == ':') {
      i++;
    }
    if (!word || i >= end || text[i] != operator || (i + 1 < limit && text[i + 1] == operator)) {
      return false;
    }
    at = i + 1;
    return true;
  }

  /** Skips a computed property's type and return, as in {@code : String { return "…" }}. */
  private boolean skipGetter() {
    int from = at;
    if (skipTypeUpTo('{', 1)) {
      skipBlanks();
      if (skipWord("return ")) {
        return true;
      }
    }
    at = from;
    return false;
  }

  /** Skips accessors such as {@code { get; set; }} and the operator that must follow them. */
  private boolean skipAccessors() {
    int i = at + 1;
    while (i < limit && (Bytes.isLetter(text[i]) || text[i] == ' ' || text[i] == ';')) {
      i++;
    }
    if (i >= limit || text[i] != '}') {
      return false;
    }
    at = i + 1;
    skipBlanks();
    return skipSymbols();
  }

  /** Skips a word without regard to case; tells whether it was there. */
  boolean skipWord(String word) {
    for (int i = 0; i < word.length(); i++) {
      if ((peek(i) | 0x20) != (word.charAt(i) | 0x20)) {
        return false;
      }
    }
    at += word.length();
    return true;
  }

  /**
   * Skips brackets and string prefixes that stand directly before a quote; tells whether a brace,
   * which may open an object, was among them.
   */
  boolean skipWrappers() {
    boolean brace = false;
    Calls.skip(this);
    for (int i = 0; i < 3 && quoteAt(1) && WRAPPERS.indexOf(peek()) >= 0; i++) {
      brace |= peek() == '{';
      at++;
    }
    return brace;
  }

  /** Skips quotes, blanks and the operator among them as an address has them: {@code %22%3A%22}. */
  boolean skipEncodedOperator() {
    int from = at;
    boolean operator = false;
    while (peek() == '%' && at + 2 < limit) {
      String code =
          new String(text, at + 1, 2, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
      boolean assigns = code.equals("3a") || code.equals("3d");
      if (!assigns && !ENCODED_SPACE.contains(code)) {
        break;
      }
      operator |= assigns;
      at += 3;
    }
    if (!operator) {
      at = from;
    }
    return operator;
  }

  /** Skips the mark of a YAML value that begins on the next line. */
  void skipBlockStart() {
    if (peek() != '>' && peek() != '|') {
      return;
    }
    int from = at;
    at++;
    if ("-+".indexOf(peek()) >= 0) {
      at++;
    }
    if (peek() == '\n') {
      skipAnySpace();
    } else {
      at = from;
    }
  }

  /** Skips a tag of YAML behind which a literal stands all the same. */
  void skipTypeTag() {
    if (peek() == '!' && peek(1) == '!' && (skipWord("!!str ") || skipWord("!!binary "))) {
      skipBlanks();
    }
  }

  /**
   * Skips a tag of the element that holds the value of what was named in the one before; gives its
   * name, or nothing.
   */
  String skipValueTag() {
    int from = at;
    if (skipWord("<")) {
      int name = at;
      while (Bytes.isName((byte) peek())) {
        at++;
      }
      String tag =
          new String(text, name, at - name, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
      while (at < limit && text[at] != '>' && text[at] != '<') {
        at++;
      }
      if (peek() == '>' && (VALUE_TAGS.contains(tag) || tag.endsWith("value"))) {
        at++;
        return tag;
      }
    }
    at = from;
    return "";
  }

  /** Skips an opening quote with the backslashes before it. */
  boolean skipQuote() {
    int i = at;
    while (i < limit && text[i] == '\\') {
      i++;
    }
    if (i < limit && isQuote(text[i])) {
      at = i + 1;
      // An escaped quote may stand inside a plain one, as in '"value"'.
      int inner = peek() == '\\' ? 1 : 0;
      if (isQuote(peek(inner)) && peek(inner) != text[i] && peek(inner + 1) != text[i]) {
        at += inner + 1;
      }
      return true;
    }
    return false;
  }
}
