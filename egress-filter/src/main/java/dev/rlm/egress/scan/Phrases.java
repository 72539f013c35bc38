package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Finds passwords that stand as arguments of calls which take one, and in sentences and statements
 * that tell one.
 */
final class Phrases {

  /** Calls whose second quoted argument is a password. */
  static final List<String> LOGINS =
      List.of(
          "networkcredential(",
          "passwordauthentication(",
          "usernamepasswordcredentials(",
          "login_user(",
          "username_pw_set(",
          "basicauth(",
          "basic_auth(",
          ".login(",
          ".basic(",
          "db.auth(",
          "yagmail.smtp(",
          "rest::client.new ",
          "rest::client.new(",
          "require('twilio')(",
          "wifi.begin(",
          "wlan.connect(",
          "sta_if.connect(",
          "auth=(");

  /** Calls whose third quoted argument is a password. */
  static final List<String> CONNECTIONS =
      List.of(
          "getconnection(",
          "directoryentry(",
          "opendsobject(",
          "mysqli_connect(",
          "mysql_connect(",
          "create_superuser(",
          "dbi->connect(",
          "connector.connect(",
          "pymysql.connect(",
          "mysqldb.connect(",
          "psycopg2.connect(",
          "epgsql:connect(",
          "new mysqli(",
          "new pdo(");

  /** Calls whose first quoted argument is a secret. */
  static final List<String> CONVERSIONS =
      List.of("convertto-securestring ", "jwt.sign(", "jwt.verify(", "jwt.encode(", "fernet(", "aes.new(", "bot.run(");

  /** Words that stand before a password in a sentence or a statement. */
  static final List<String> SENTENCES =
      List.of(
          "password is ",
          "password is: ",
          "password for ",
          "password: \"",
          "password was ",
          "passwd is ",
          "pass is ",
          "pwd is ",
          "pw is ",
          "password is generated for ",
          "with password ",
          "with the password ",
          "and password ",
          ", password ",
          ", pass ",
          ", pwd ",
          ", pw ",
          "passwd for ",
          "pass for ",
          "pwd for ",
          "pw for ",
          "passphrase is ",
          "passcode is ",
          "identified by ",
          "wifi key for ",
          "wifi key is ",
          "wi-fi key is ",
          "wlan key is ",
          "enable secret ",
          "secret 0 ",
          "set psksecret ",
          "ascii-text ",
          "admin / ",
          "root / ",
          ": eap \"",
          ": xauth \"",
          "enable password ",
          "pac key 0 ",
          "pac key 7 ",
          "password 0 ",
          "password 7 ",
          "server key 7 ");

  /** Words that stand behind a password in a sentence. */
  static final List<String> AFTERWARDS =
      List.of(
          " as the password", " as password", " as your password", " as my password", " as its password", " as passphrase",
          " as the passphrase");

  /** Words with which a sentence goes on behind those. */
  private static final Words JOINS = Words.of("for", "and", "or", "to", "when", "if", "in", "on", "at", "with", "then", "until");

  /** Words that stand before a password in the answer to a question for it. */
  static final List<String> ANSWERS = List.of("it's ", "it\u00e2\u0080\u0099s ", "it is ");

  /** How far before an answer the question may stand. */
  private static final int QUESTION = 160;

  private static final byte[] PASSWORD = "passw".getBytes(StandardCharsets.US_ASCII);

  /** What stands between a name and what is told of it. */
  private static final Words COPULAS =
      Words.of("is", "ist", "lautet", "war", "est", "c'est", "es", "\u00e9", "\u00e8", "to", "jest", "\u2014", "-", "=");

  private static final byte[] NOW = "now ".getBytes(StandardCharsets.US_ASCII);

  /** What is told in a sentence, and looks generated. */
  static final List<String> KEYS = List.of("api key ", "access key ", "secret key ", "auth key ", "license key ");

  private static final int REACH = 240;

  private static final int SHORTEST_KEY = 16;

  /** Bytes of the longest password that is taken out of a sentence. */
  private static final int LONGEST = 64;

  /** Where a password stands that is told before those words. */
  static final Reach BEFORE = Reach.before(LONGEST);

  private Phrases() {}

  /** Examines a call for a quoted argument, counted outside of braces. */
  static int call(byte[] text, int anchor, int length, int to, int argument, List<Span> out) {
    int limit = Math.min(to, anchor + length + REACH);
    int quotes = 0;
    int braces = 0;
    int i = anchor + length;
    while (i < limit && text[i] != ')' && text[i] != ';' && (text[i] != '\n' || argument > 1)) {
      byte b = text[i];
      if (b == '"' || b == '\'') {
        int close = i + 1;
        while (close < limit && text[close] != b && text[close] != '\n') {
          close++;
        }
        boolean named = argument > 1 && text[i - 1] == '=';
        if (braces == 0 && !named && ++quotes == argument) {
          add(text, i + 1, close, out);
          return close;
        }
        i = close;
      } else if (b == '{' || b == '}') {
        braces += b == '{' ? 1 : -1;
      }
      i++;
    }
    return i;
  }

  /**
   * Examines what follows the words of a sentence. Other such words may stand among those: gives the
   * next place.
   */
  static int sentence(byte[] text, int anchor, int length, int to, List<Span> out) {
    int limit = Math.min(to, anchor + length + 48);
    int i = anchor + length - (text[anchor + length - 1] == '"' ? 1 : 0);
    if (i < limit
        && (Bytes.isLetter(text[i]) || text[i] == '\'' || text[i] == '"')
        && Bytes.lower(text[anchor + length - 2]) == 'r') {
      while (i < limit
          && !(text[i] == 'i' && text[i - 1] == ' ' && i + 3 < limit && text[i + 1] == 's' && text[i + 2] == ' ')
          && !(text[i] == '=' && i + 1 < limit && text[i + 1] == ' ')
          && !(text[i] == ':' && i + 1 < limit && text[i + 1] != '/')) {
        i++;
      }
      if (i == limit) {
        return anchor + 1;
      }
      boolean colon = text[i] == ':' || text[i] == '=';
      i += colon ? (i + 1 < limit && text[i + 1] == ' ' ? 2 : 1) : 3;
    }
    if (i < limit && (text[i] == '"' || text[i] == '\'' || text[i] == '`')) {
      int close = i + 1;
      while (close < limit && text[close] != text[i] && !Bytes.isSpace(text[close])) {
        close++;
      }
      boolean statement = (text[anchor] | 0x20) == 'i';
      if (close < limit
          && text[close] == text[i]
          && !(statement && Profile.of(text, i + 1, close).letters() == close - i - 1)) {
        add(text, i + 1, close, out);
      }
    } else {
      bare(text, i, Math.min(to, i + LONGEST), out);
    }
    return anchor + 1;
  }

  /** Examines the word that follows, where a password is spoken of before. Gives the place before it. */
  static int answer(byte[] text, int anchor, int length, int to, List<Span> out) {
    int from = anchor + length;
    int start = Bytes.startsWithWord(text, from, to, NOW) ? from + NOW.length : from;
    int found = out.size();
    bare(text, start, Math.min(to, start + LONGEST), out);
    if (out.size() > found && !isAskedFor(text, anchor)) {
      out.removeLast();
    }
    return from;
  }

  private static boolean isAskedFor(byte[] text, int anchor) {
    boolean spoken = false;
    for (int i = Math.max(0, anchor - QUESTION); i < anchor; i++) {
      spoken |= Bytes.startsWithWord(text, i, anchor, PASSWORD);
      if (spoken && text[i] == '?') {
        return true;
      }
    }
    return false;
  }

  /** Examines the word that follows. Gives the place before it: it may be another name. */
  static int key(byte[] text, int anchor, int length, int to, List<Span> out) {
    int end = anchor + length - 1;
    Assignment word = Assignment.option(text, end, to);
    if (word != null
        && word.end() - word.start() >= SHORTEST_KEY
        && Randomness.looksGenerated(text, word.start(), word.end())
        && !Placeholders.isPlaceholder(text, word.start(), word.end(), 5)) {
      out.add(Span.secret(word.start(), word.end(), "credential", Confidence.LOW));
    }
    return end;
  }

  /** Examines the word before: {@code use hunter2x as the password}. Gives the place behind the words. */
  static int before(byte[] text, int anchor, int length, int to, List<Span> out) {
    if (goesOn(text, anchor + length, to)) {
      return anchor + length;
    }
    int end = anchor;
    int start = end;
    while (start > Math.max(0, end - LONGEST) && !Bytes.isSpace(text[start - 1])) {
      start--;
    }
    boolean quoted = end - start > 2 && text[start] == text[end - 1] && "\"'`".indexOf(text[start]) >= 0;
    start += quoted ? 1 : 0;
    end -= quoted ? 1 : 0;
    Profile word = Profile.of(text, start, end);
    if (word.digits() > 0 && word.letters() > 0 && word.length() >= 6) {
      add(text, start, end, out);
    }
    return anchor + length;
  }

  /** Whether the sentence speaks of something else, such as {@code the password hash}. */
  private static boolean goesOn(byte[] text, int from, int to) {
    if (from + 1 >= to || (text[from] != ' ' && !Bytes.isName(text[from])) || text[from] == '.') {
      return false;
    }
    int word = from + (text[from] == ' ' ? 1 : 0);
    int end = word;
    while (end < to && end - word < LONGEST && Bytes.isName(text[end])) {
      end++;
    }
    return end > word && (word == from || !JOINS.contains(text, word, end));
  }

  /** Whether what a sentence tells follows a word: a colon, {@code is}, {@code lautet}, {@code est} … */
  static boolean tells(byte[] text, int start, int end) {
    return end > start && (text[end - 1] == ':' || COPULAS.contains(text, start, end));
  }

  /** A word without quotes must be one that no sentence would go on with. */
  static void bare(byte[] text, int start, int limit, List<Span> out) {
    int from = start;
    // Quotes of other scripts, of two or three bytes.
    while (from < limit && (text[from] < 0 || text[from] == '(')) {
      from++;
    }
    int end = from;
    while (end < limit
        && text[end] >= 0
        && !Bytes.isSpace(text[end])
        && "\"'`<".indexOf(text[end]) < 0
        && !isStop(text, end, limit)) {
      end++;
    }
    while (end > from && (text[end - 1] == '.' || text[end - 1] == ')' || text[end - 1] == ':')) {
      end--;
    }
    Profile word = Profile.of(text, from, end);
    boolean made =
        (word.digits() > 0 && word.letters() > 0 && word.length() >= 6)
            || (word.mixedCase() && word.others() > 1 && word.changes() > 6 && word.length() >= 10);
    if (made && word.letters() + word.digits() + 3 >= word.length()) {
      add(text, from, end, out);
    }
  }

  /** Whether a comma or a semicolon ends a part of a sentence. */
  private static boolean isStop(byte[] text, int at, int limit) {
    return (text[at] == ',' || text[at] == ';')
        && (at + 1 >= limit || !Bytes.isAlphanumeric(text[at + 1]));
  }

  /** Four groups of four letters, as Google writes the passwords of programs. */
  private static boolean isFourGroups(byte[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      if ((i - start) % 5 == 4 ? text[i] != ' ' : !Bytes.isLower(text[i])) {
        return false;
      }
    }
    return end - start == 19;
  }

  private static void add(byte[] text, int start, int end, List<Span> out) {
    if (end - start < 4
        || Templates.isTemplate(text, start, end)
        || Placeholders.isPlaceholder(text, start, end, 3)
        || Placeholders.isEmptyWord(text, start, end)) {
      return;
    }
    boolean groups = isFourGroups(text, start, end);
    for (int i = start; i < end; i++) {
      if ((text[i] == ' ' && !groups) || text[i] == '{' || text[i] == '(') {
        return;
      }
    }
    out.add(Span.secret(start, end, "passwd", Confidence.LOW));
  }
}
