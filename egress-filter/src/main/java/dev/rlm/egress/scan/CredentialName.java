package dev.rlm.egress.scan;

import dev.rlm.egress.match.Shape;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * The name before a value, and what it says about the value. Only the end of a name counts: {@code
 * token_file} is no token.
 *
 * @param start first byte of the name
 * @param end byte after it
 * @param trust how much the name alone makes the value a secret
 */
record CredentialName(int start, int end, Trust trust) {

  /** What a name says. */
  enum Trust {
    /** Nothing. */
    NONE,
    /** A key of some sort: the value must look random. */
    KEY,
    /** A token, secret or credential: the value must not look like a word. */
    TOKEN,
    /** A password: any literal value counts. */
    PASSWORD,
    /** A header that carries credentials, with a scheme before the value. */
    HEADER;

    /** The rule under which a value behind such a name is reported. */
    String rule() {
      return this == PASSWORD ? "passwd" : "credential";
    }
  }

  private static final int REACH = 48;
  private static final List<byte[]> HUMPS =
      Stream.of("Pass", "PASS", "Pwd", "PWD")
          .map(hump -> hump.getBytes(StandardCharsets.US_ASCII))
          .toList();
  private static final String TAIL =
      "[_.-]?(value|val|str|string|text|plain|plaintext|live|prod|production|test|dev|staging|env|here|private|old|new|primary|secondary|previous|current|fallback|b64|base64|hex|[0-9]{1,4})?";
  private static final Shape PASSWORD =
      Shape.compile(
          "(?i)((.*([^a-z]|user|db|admin|root|my|login|mail|smtp|ftp|ssh|mysql|postgres|redis|clear|text|pg|key|store|trust|proxy|auth"
              + "|master|require|account|service|app|client|server|database|ldap|bind|sudo|wifi|vpn|jdbc|sql|rds))?"
              + "(pass|passw|pass[_-]?word|pass[_-]?words|passwd|passwort|pass[_-]?phrase|passcode|pw|pwd|pswd|psw|kennwort|contrasena|senha|passord|salasana|adgangskode|heslo|haslo|jelszo)"
              + "|.*(password|passwd|passphrase|mot_?de_?passe|wachtwoord|[_-]pw|psk))"
              + TAIL);
  private static final Shape TOKEN =
      Shape.compile(
          "(?i).*(tokens?|secrets?|secret[_.-]?id|secret[_.-]?key[_.-]?base|app[_.-]?certificate|api[_.-]?keys?|credentials?|creds|totp|otp[_.-]?seed|session[_.-]?id|connect[.]sid"
              + "|(access|secret|private|priv|auth|encryption|encrypt|decryption|signing|signature|master|account|client|app|application"
              + "|license|licence|service|storage|session|shared|admin|deploy|consumer|developer|server|hmac|jwt|crypto|cipher|webhook"
              + "|subscription|integration|ingest|ingestion|write|read|write[_.-]?only|stream|unseal|recovery|security|user|bot|sdk|web)[_.-]?keys?"
              + "|[^a-z](auth|pat|jwt|sid|dsn|salt|sig|signature|hmac|oauth|bearer|seed|login))"
              + TAIL);
  private static final Shape BARE_TOKEN =
      Shape.compile("(?i)(auth|pat|jwt|sid|dsn|salt|sig|signature|hmac|oauth|bearer|seed)" + TAIL);
  private static final Shape KEY =
      Shape.compile("(?i).*(keys?|auth|salt|cookie|session|client|cert|code|[_-]api)" + TAIL);
  private static final Shape HEADER =
      Shape.compile(
          "(?i)(.*[^a-z])?((proxy|http)[_-]?)?(authorization|authorisation|x-auth[a-z-]*|auth[_-]?header)");
  private static final Shape PUBLIC =
      Shape.compile(
          "(?i).*(public|public[_.-]?vapid|vapid[_.-]?public|pub|foreign|primary|partition|sort|cache|publishable|idempotency|inchi|routing|lookup|range|translation|i18n|message|object|row|index|registry|site|hashed)[_.-]?(keys?|key[_.-]?tokens?|tokens?|secrets?)"
              + TAIL);

  /** Keys under which programs keep what they say of a field. */
  private static final Shape LABEL =
      Shape.compile("(?i)(.*[._-])?(errors?|labels?|messages?|msg|placeholders?|hints?|titles?|tooltips?|captions?|i18n|validat(ions?|ors?))[.].*");

  private static final Shape PUBLIC_KEY =
      Shape.compile(
          "(?i).*(websocket|pgp|gpg|trusted|verify|verifying|verification)[_.-]?keys?" + TAIL);

  /** The name that holds a place, judged. */
  static CredentialName at(byte[] text, int keyword, int to, Work work) {
    CredentialName name = bounds(text, keyword, to);
    if ((name.end < to && name.end - keyword >= REACH) || Markers.isInMarker(text, name.start)) {
      return name;
    }
    return work.names().judge(text, name.start, name.end, work);
  }

  /** The name that holds a place, not judged. */
  static CredentialName bounds(byte[] text, int keyword, int to) {
    int start = keyword;
    while (start > 0 && keyword - start < REACH && Bytes.isName(text[start - 1])) {
      start--;
    }
    int end = keyword;
    while (end < to && end - keyword < REACH && Bytes.isName(text[end])) {
      end++;
    }
    return new CredentialName(start, end, Trust.NONE);
  }

  /** What a name says. */
  static Trust classify(byte[] text, int start, int end) {
    if (is(HEADER, text, start, end)) {
      return Trust.HEADER;
    }
    if (is(PUBLIC, text, start, end) || is(PUBLIC_KEY, text, start, end) || is(LABEL, text, start, end)) {
      return Trust.NONE;
    }
    if (is(PASSWORD, text, start, end) || endsWithHump(text, start, end)) {
      return Trust.PASSWORD;
    }
    if (is(TOKEN, text, start, end) || is(BARE_TOKEN, text, start, end)) {
      return Trust.TOKEN;
    }
    return is(KEY, text, start, end) ? Trust.KEY : Trust.NONE;
  }

  /** A last word such as in dbPass or userPwd, after another. */
  private static boolean endsWithHump(byte[] text, int start, int end) {
    for (byte[] hump : HUMPS) {
      int from = end - hump.length;
      if (from > start && Bytes.startsWith(text, from, end, hump)) {
        return true;
      }
    }
    return false;
  }

  private static boolean is(Shape shape, byte[] text, int start, int end) {
    return shape.match(text, start, end) == end;
  }
}
