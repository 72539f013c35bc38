package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Random values that are meant to be seen, by their documented prefixes and lengths: public keys,
 * publishable keys, identifiers of objects, addresses, media in data URLs.
 */
final class PublicValues {

  private record Form(String prefix, int shortest, int longest) {}

  private static final List<Form> FORMS =
      List.of(
          // SSH public keys
          new Form("AAAAC3NzaC1lZDI1NTE5AAAAI", 68, 68),
          new Form("AAAAB3NzaC1yc2E", 100, 256),
          new Form("AAAAE2VjZHNhLXNoYTIt", 136, 256),
          // Public keys of RSA and of the curve P-256
          new Form("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", 40, 256),
          new Form("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", 60, 256),
          // Media and fonts in base64
          new Form("iVBORw0KGgo", 40, 256),
          new Form("/9j/", 64, 256),
          new Form("R0lGOD", 40, 256),
          new Form("UklGR", 64, 256),
          new Form("d09GM", 64, 256),
          new Form("d09GR", 64, 256),
          new Form("AAABAAE", 64, 256),
          // Stripe's publishable keys and identifiers
          new Form("pk_live_", 20, 140),
          new Form("pk_test_", 20, 140),
          new Form("pi_", 27, 27),
          new Form("evt_", 20, 28),
          new Form("seti_", 20, 29),
          new Form("price_", 20, 30),
          new Form("prod_", 19, 29),
          new Form("sub_", 20, 28),
          new Form("acct_", 21, 21),
          new Form("ch_", 27, 27),
          new Form("py_", 27, 27),
          new Form("txn_", 28, 28),
          new Form("in_", 27, 27),
          new Form("re_", 27, 27),
          new Form("pm_", 27, 27),
          new Form("req_", 18, 28),
          // Identifiers of language models' answers, messages and calls
          new Form("chatcmpl-", 38, 45),
          new Form("cmpl-", 34, 41),
          new Form("msg_", 28, 28),
          new Form("call_", 29, 29),
          new Form("toolu_", 30, 30),
          // Source maps
          new Form("eyJ2ZXJzaW9uIjoz", 64, 256),
          // Mangled names of C++
          new Form("_ZN", 20, 256),
          new Form("_ZS", 20, 256),
          new Form("_ZT", 20, 256),
          // Content identifiers and addresses of accounts
          new Form("Qm", 46, 46),
          new Form("bafy", 59, 59),
          new Form("cl", 25, 25),
          new Form("cm", 25, 25),
          new Form("01", 26, 26),
          new Form("age1", 62, 62),
          new Form("bc1q", 42, 62),
          new Form("bc1p", 62, 62));

  private static final byte[] WEAK_ETAG = "W/\"".getBytes(StandardCharsets.US_ASCII);

  /** Parts of a path that are shorter name things; services' secrets in paths have rules. */
  private static final int LONGEST_NAME = 31;

  private static final int ADDRESS_REACH = 120;

  /** Lengths of 32 bytes in base64, and of the key that a page shows to a captcha's service. */
  private static final int PUBLIC_KEY = 44;

  private static final int SITE_KEY = 40;
  private static final int LONGEST_PUBLIC = 10;
  private static final List<String> PUBLIC_NAMES =
      List.of("publickey", "public_key", "public-key", "public key", "sitekey", "site_key");

  private static final byte[] GOOGLE_CLIENT =
      ".apps.googleusercontent.com".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] GOOGLE = "google.".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DOCUMENT = "/d/".getBytes(StandardCharsets.US_ASCII);

  private PublicValues() {}

  static boolean contains(byte[] text, int from, int end, int to) {
    int start = from;
    while (start + 1 < end && text[start] == '/' && text[start + 1] != '9') {
      start++;
    }
    int length = end - start;
    for (Form form : FORMS) {
      if (length >= form.shortest
          && length <= form.longest
          && Placeholders.endsWith(text, start, start + form.prefix.length(), form.prefix)) {
        return true;
      }
    }
    return (length <= 40 && Bytes.startsWith(text, Math.max(0, from - 3), from, WEAK_ETAG))
        || isShortPath(text, from, end)
        || Bytes.startsWith(text, end, to, GOOGLE_CLIENT)
        || isDocument(text, from, end)
        || isMessageId(text, from, end, to)
        || (length == (text[end - 1] == '=' ? PUBLIC_KEY : SITE_KEY) && isNamedPublic(text, from));
  }

  /** The first part of a mail's identifier: {@code <…@host>}. */
  private static boolean isMessageId(byte[] text, int start, int end, int to) {
    return start > 0 && text[start - 1] == '<' && end < to && text[end] == '@';
  }

  /** Whether the name before says that the value is a public key. */
  private static boolean isNamedPublic(byte[] text, int start) {
    int i = start;
    while (i > 0 && start - i < 8 && " \"'=:>".indexOf(text[i - 1]) >= 0) {
      i--;
    }
    int from = Math.max(0, i - LONGEST_PUBLIC);
    String name =
        new String(text, from, i - from, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    return PUBLIC_NAMES.stream().anyMatch(name::endsWith);
  }

  /** Whether every part is short, in the path of an address: {@code https://host/track/…}. */
  private static boolean isShortPath(byte[] text, int start, int end) {
    int part = start;
    for (int i = start; i <= end; i++) {
      if (i == end || text[i] == '/') {
        if (i - part > LONGEST_NAME) {
          return false;
        }
        part = i + 1;
      }
    }
    boolean slash = false;
    for (int i = start - 1; i > 0 && start - i < ADDRESS_REACH; i--) {
      byte b = text[i];
      if (b <= ' ' || b == '?' || b == '#' || b == '=' || b == '"' || b == '\'' || b == '@') {
        return false;
      }
      if (b == '/' && text[i - 1] == '/') {
        return slash || contains(text, start, end, '/');
      }
      slash |= b == '/';
    }
    return false;
  }

  private static boolean contains(byte[] text, int start, int end, char c) {
    for (int i = start; i < end; i++) {
      if (text[i] == c) {
        return true;
      }
    }
    return false;
  }

  /** The path of a shared document: {@code google.com/document/d/…}. */
  private static boolean isDocument(byte[] text, int start, int end) {
    if (start < GOOGLE.length || !Bytes.startsWith(text, start - GOOGLE.length, start, GOOGLE)) {
      return false;
    }
    for (int i = start; i < end; i++) {
      if (Bytes.startsWith(text, i, end, DOCUMENT)) {
        return true;
      }
    }
    return false;
  }
}
