package dev.rlm.egress.scan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Values of entries whose name is itself a value: {@code {"name": "X", "value": "…"}}, {@code - name: X}
 * with {@code value: …} on the next line, {@code <key>X</key><string>…}, {@code variable "X" { default =
 * … }}.
 */
final class Entries {

  private static final int REACH = 160;

  /** Line breaks between an entry's name and its value. */
  private static final int MOST_LINES = 4;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** Folds four bytes as cursors do when they compare words. */
  private static final int FOLD = 0x20202020;

  private static final int VALUE = four("value");
  private static final int DEFAULT = four("default");
  private static final int BODY = four("-body");

  private Entries() {}

  /** Finds the value of an entry whose name ends at the given place, or null. */
  static @Nullable Assignment value(byte[] text, int nameEnd, int to) {
    Cursor cursor = new Cursor(text, nameEnd, Math.min(to, nameEnd + REACH));
    cursor.skipClosers();
    if (cursor.skipWord("</")) {
      return Elements.afterTag(cursor, to);
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
      if (before < 0 || before == '}' || isOtherElement(text, i) || (before == '\n' && ++lines > MOST_LINES)) {
        return null;
      }
      if (Bytes.isLetter(before) && !(text[i + 1] == 'V' && Bytes.isLower(before))) {
        continue;
      }
      cursor.at = i;
      if (isEntryValue(cursor)) {
        if (cursor.peek() == '>') {
          return Elements.content(text, cursor.at + 1, to);
        }
        cursor.skipClosers();
        cursor.skipBlanks();
        if (text[i] == '-' && (cursor.peek() == '"' || cursor.peek() == '\'')) {
          return Assignment.value(cursor, to, false);
        }
        return (cursor.peek() == ':' || cursor.peek() == '=') && cursor.skipOperator(false)
            ? valueAfterBlanks(cursor, to)
            : null;
      }
    }
    return null;
  }

  /** Whether an element opens that is not the value's own. */
  private static boolean isOtherElement(byte[] text, int at) {
    return text[at] == '<' && (text[at + 1] | 0x20) != 'v';
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
    return Assignment.value(cursor, to, false);
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
}
