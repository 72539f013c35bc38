package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Finds credentials on the command lines of programs that take them as {@code -u user:password} or
 * {@code -p password}.
 */
final class CommandLine {

  /** Programs that take {@code user:password}. */
  static final List<String> WITH_USER = List.of("curl", "etcdctl");

  /** Programs that take a password after {@code -p}. */
  static final List<String> WITH_P =
      List.of(
          "psexec",
          "docker login",
          "podman login",
          "az login",
          "oc login",
          "registry login",
          "mongo ",
          "7z x",
          "7z a",
          "sshpass",
          "mysql",
          "mongosh",
          "mongodump",
          "sqlcmd",
          "bcp ",
          "ipmitool",
          "xfreerdp",
          "youtube-dl",
          "yt-dlp",
          "mosquitto_pub",
          "mosquitto_sub",
          "cqlsh",
          "rabbitmqadmin",
          "clickhouse-client",
          "beeline ");

  /** Programs that take a password after {@code -w}. */
  static final List<String> WITH_W =
      List.of(
          "ldapsearch",
          "ldapadd",
          "ldapmodify",
          "ldapwhoami",
          "add-generic-password",
          "add-internet-password");

  /** Programs that take a password after {@code -a}. */
  static final List<String> WITH_A = List.of("redis-cli");

  /** Programs that take a community after {@code -c}, or passwords after {@code -A} and {@code -X}. */
  static final List<String> SNMP = List.of("snmpwalk", "snmpget", "snmpset", "snmpbulk", "snmptable", "snmptrap");

  /** Commands of Windows that take a password as a word by itself. */
  static final List<String> WITH_WORD = List.of("net use ", "net user ");

  /** Communities that everybody knows. */
  static final Words DEFAULTS = Words.of("public", "private");

  private static final byte[] MYSQL = "mysql".getBytes(StandardCharsets.US_ASCII);

  private static final int LONGEST = 2048;

  /** Bytes of a command in which a password is looked for as a word. */
  private static final int LONGEST_WORDS = 200;

  private static final byte[] OPTION = " /".getBytes(StandardCharsets.US_ASCII);

  /** Values stand anywhere in the command. */
  static final Reach REACH = new Reach(CommandLine::commandEnd, true);

  private CommandLine() {}

  /**
   * Examines a command from its program's name to its end, over continued lines; gives where the
   * examination ended.
   */
  static int curl(byte[] text, int anchor, int to, List<Span> out) {
    int end = commandEnd(text, anchor, to);
    for (int i = anchor; i + 3 < end; i++) {
      if (text[i] != '-' || i == 0 || !Bytes.isSpace(text[i - 1])) {
        continue;
      }
      int value = optionValue(text, i, end);
      if (value > 0) {
        userAndPassword(text, value, end, out);
      }
    }
    return end;
  }

  /** Examines a command whose password follows an option; gives where the examination ended. */
  static int password(byte[] text, int anchor, int to, char option, List<Span> out) {
    int end = commandEnd(text, anchor, to);
    option(text, anchor, end, option, true, out);
    return end;
  }

  /** Examines a command of one of SNMP's programs; gives where the examination ended. */
  static int snmp(byte[] text, int anchor, int to, List<Span> out) {
    int end = commandEnd(text, anchor, to);
    option(text, anchor, end, 'A', false, out);
    option(text, anchor, end, 'X', false, out);
    option(text, anchor, end, 'c', false, out);
    return end;
  }

  /** Takes what follows the first such option, a letter of either case where that is said. */
  private static void option(
      byte[] text, int anchor, int end, char option, boolean either, List<Span> out) {
    for (int i = anchor; i + 3 < end; i++) {
      if (!isOption(text, i, option) || !(either || text[i + 1] == option)) {
        continue;
      }
      // MySQL's programs take the next word for something else.
      boolean attached = text[i + 2] != ' ';
      if (!attached && Bytes.startsWith(text, anchor, end, MYSQL)) {
        continue;
      }
      int from = attached && text[i + 2] != ':' ? i + 2 : i + 3;
      if (isQuote(text[i - 1]) && text[i + 2] == text[i - 1]) {
        from = nextItem(text, i + 3, end);
      }
      int close = word(text, from, end);
      if (close - from > 2 && text[from] == text[close - 1] && "\"'".indexOf(text[from]) >= 0) {
        from++;
        close--;
      }
      boolean number = Profile.of(text, from, close).letters() == 0;
      if (number && text[i + 1] == 'P') {
        continue; // a port
      }
      if (close - from >= 4 && !isTemplate(text, from, close) && !DEFAULTS.contains(text, from, close)) {
        out.add(Span.secret(from, close, "passwd", Confidence.MEDIUM));
      }
      return;
    }
  }

  /**
   * Examines a command that takes a password behind a name, a drive or a share: one with a digit, as the
   * last word or before options, so that no sentence is taken for it. Gives where the examination ended.
   */
  static int passwordWord(byte[] text, int anchor, int length, int to, List<Span> out) {
    int end = commandEnd(text, anchor, Math.min(to, anchor + LONGEST_WORDS));
    boolean named = text[anchor + length - 2] != 'r' && text[anchor + length - 2] != 'R';
    int from = anchor + length;
    while (from < end) {
      int close = word(text, from, end);
      boolean place = text[from] == '\\' || text[from] == '*' || (close - from == 2 && text[from + 1] == ':');
      if (text[from] == '/' || close == from) {
        break;
      }
      if (!place && named) {
        boolean last = close == end || Bytes.startsWith(text, close, end, OPTION) || text[close] == '\r';
        if (last && close - from >= 6 && Profile.of(text, from, close).digits() > 0 && !isTemplate(text, from, close)) {
          out.add(Span.secret(from, close, "passwd", Confidence.MEDIUM));
        }
        break;
      }
      named |= !place;
      from = close + 1;
    }
    return anchor + length;
  }

  /** Whether an option of one letter begins here: {@code -p}, {@code /p:}. */
  private static boolean isOption(byte[] text, int at, char option) {
    return (text[at] == '-' || (text[at] == '/' && text[at + 2] == ':'))
        && (text[at + 1] | 0x20) == (option | 0x20)
        && (Bytes.isSpace(text[at - 1]) || (isQuote(text[at - 1]) && text[at + 2] == text[at - 1]));
  }

  private static boolean isQuote(byte b) {
    return b == '"' || b == '\'';
  }

  /** Where the next word begins in a list of quoted ones, in its quotes. */
  private static int nextItem(byte[] text, int from, int end) {
    int at = from;
    while (at < end && (text[at] == ',' || text[at] == ' ')) {
      at++;
    }
    return at;
  }

  private static int commandEnd(byte[] text, int anchor, int to) {
    int limit = Math.min(to, anchor + LONGEST);
    for (int i = anchor; i < limit; i++) {
      if (text[i] == '\n'
          && text[i - 1] != '\\'
          && !(i > 1 && text[i - 1] == '\r' && text[i - 2] == '\\')) {
        return i;
      }
    }
    return limit;
  }

  private static int optionValue(byte[] text, int dash, int end) {
    int at;
    if (text[dash + 1] == 'u' && dash + 2 < end) {
      at = dash + 2;
    } else if (startsWith(text, dash, end, "--user")
        || startsWith(text, dash, end, "--proxy-user")) {
      at = dash + (text[dash + 2] == 'u' ? 6 : 12);
    } else {
      return -1;
    }
    if (at >= end
        || (text[at] != ' '
            && text[at] != '='
            && text[at] != '"'
            && text[at] != '\''
            && text[dash + 1] == '-')) {
      return -1;
    }
    while (at < end && (text[at] == ' ' || text[at] == '=')) {
      at++;
    }
    return at;
  }

  static boolean startsWith(byte[] text, int at, int end, String word) {
    return at + word.length() < end
        && new String(text, at, word.length(), StandardCharsets.ISO_8859_1).equals(word);
  }

  /** Finds the password in {@code user:password}, where the next word is that. */
  static void userAndPassword(byte[] text, int from, int end, List<Span> out) {
    int close = word(text, from, end);
    int start = from;
    while (start < close && (text[start] == '"' || text[start] == '\'')) {
      start++;
    }
    int colon = start;
    while (colon < close && text[colon] != ':') {
      colon++;
    }
    if (colon == close) {
      return;
    }
    int password = colon + 1;
    int passwordEnd = close;
    if (password + 1 < passwordEnd
        && (startsWith(text, password, end, "{{")
            || sameAsUser(text, start, colon, password, passwordEnd))) {
      return;
    }
    while (password < passwordEnd && "\"'{".indexOf(text[password]) >= 0) {
      password++;
    }
    while (passwordEnd > password && "\"'}\\".indexOf(text[passwordEnd - 1]) >= 0) {
      passwordEnd--;
    }
    add(text, password, passwordEnd, out);
    if (passwordEnd == password && Randomness.looksGenerated(text, start, colon)) {
      add(text, start, colon, out);
    }
  }

  private static boolean sameAsUser(byte[] text, int start, int colon, int password, int end) {
    int length = colon - start;
    int last = end;
    while (last > password && (text[last - 1] == '"' || text[last - 1] == '\'')) {
      last--;
    }
    if (length != last - password) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (text[start + i] != text[password + i]) {
        return false;
      }
    }
    return true;
  }

  private static void add(byte[] text, int start, int end, List<Span> out) {
    if (end - start >= 4 && !isTemplate(text, start, end)) {
      out.add(Span.secret(start, end, "basic-auth", Confidence.MEDIUM));
    }
  }

  /** Whether a word stands for one that is given elsewhere. */
  static boolean isTemplate(byte[] text, int start, int end) {
    if (Templates.isTemplate(text, start, end)
        || Placeholders.isWord(text, start, end)
        || Placeholders.isPlaceholder(text, start, end, 3)) {
      return true;
    }
    byte first = text[start];
    return first == '$' || first == '%' || first == '{' || first == '<' || first == '[';
  }

  /** End of a shell word, quotes included. */
  static int word(byte[] text, int from, int end) {
    byte quote = 0;
    for (int i = from; i < end; i++) {
      byte b = text[i];
      if (quote != 0) {
        if (b == quote) {
          quote = 0;
        }
      } else if (b == '"' || b == '\'') {
        quote = b;
      } else if (Bytes.isSpace(b) || b == '`' || b == ';' || b == '|' || b == '<' || b == '>') {
        return i;
      }
    }
    return end;
  }
}
