package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Random values that are meant to be seen, by their documented prefixes and lengths: public keys,
 * publishable keys, identifiers of objects, addresses, media in data URLs.
 */
final class PublicValues {

  private record Form(byte[] prefix, int shortest, int longest) {
    static Form of(String prefix, int shortest, int longest) {
      return new Form(prefix.getBytes(StandardCharsets.US_ASCII), shortest, longest);
    }
  }

  private static final List<Form> FORMS =
      List.of(
          // SSH public keys
          Form.of("AAAAC3NzaC1lZDI1NTE5AAAAI", 68, 68),
          Form.of("AAAAB3NzaC1yc2E", 100, 256),
          Form.of("AAAAE2VjZHNhLXNoYTIt", 136, 256),
          // Media and fonts in base64
          Form.of("iVBORw0KGgo", 40, 256),
          Form.of("/9j/", 64, 256),
          Form.of("R0lGOD", 40, 256),
          Form.of("UklGR", 64, 256),
          Form.of("d09GM", 64, 256),
          Form.of("d09GR", 64, 256),
          Form.of("AAABAAE", 64, 256),
          // Stripe's publishable keys and identifiers
          Form.of("pk_live_", 20, 140),
          Form.of("pk_test_", 20, 140),
          Form.of("pi_", 27, 27),
          Form.of("evt_", 20, 28),
          Form.of("seti_", 20, 29),
          Form.of("price_", 20, 30),
          Form.of("prod_", 19, 29),
          Form.of("sub_", 20, 28),
          Form.of("acct_", 21, 21),
          // Mangled names of C++
          Form.of("_ZN", 20, 256),
          Form.of("_ZS", 20, 256),
          Form.of("_ZT", 20, 256),
          // Content identifiers and addresses of accounts
          Form.of("Qm", 46, 46),
          Form.of("bafy", 59, 59),
          Form.of("cl", 25, 25),
          Form.of("cm", 25, 25),
          Form.of("01", 26, 26),
          Form.of("bc1q", 42, 62),
          Form.of("bc1p", 62, 62));

  private static final byte[] WEAK_ETAG = "W/\"".getBytes(StandardCharsets.US_ASCII);

  /** Parts of a path that are shorter name things; services' secrets in paths have rules. */
  private static final int LONGEST_NAME = 31;

  private static final int ADDRESS_REACH = 120;

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
          && Bytes.startsWith(text, start, end, form.prefix)) {
        return true;
      }
    }
    return (length <= 40 && Bytes.startsWith(text, Math.max(0, from - 3), from, WEAK_ETAG))
        || isShortPath(text, from, end)
        || Bytes.startsWith(text, end, to, GOOGLE_CLIENT) || isDocument(text, from, end);
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
