package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Random values that are meant to be seen, by their documented prefixes and lengths: public keys,
 * publishable keys, identifiers of objects, addresses, media in data URLs.
 */
final class PublicValues {

  /** What stands at the beginning of a value or before it, and how many bytes the value has. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Form(byte[] prefix, int shortest, int longest) {

    Form(String prefix, int shortest, int longest) {
      this(prefix.getBytes(StandardCharsets.US_ASCII), shortest, longest);
    }

    boolean fits(int length) {
      return length >= shortest && length <= longest;
    }
  }

  private static final List<Form> FORMS =
      List.of(
          // SSH public keys
          new Form("AAAAC3NzaC1lZDI1NTE5AAAAI", 68, 68),
          new Form("AAAAB3NzaC1yc2E", 100, 256),
          new Form("AAAAE2VjZHNhLXNoYTIt", 136, 256),
          // Public keys of RSA and of the curve P-256
          new Form("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", 40, 256),
          new Form("MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ", 100, 256),
          new Form("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", 60, 256),
          // Certificates and public keys, in PEM and then in base64
          new Form("LS0tLS1CRUdJTiBDRVJUSUZJQ0FUR", 40, 256),
          new Form("LS0tLS1CRUdJTiBQVUJMSUMgS0VZ", 40, 256),
          // Media and fonts in base64
          new Form("iVBORw0KGgo", 40, 256),
          new Form("/9j/", 64, 256),
          new Form("R0lGOD", 40, 256),
          new Form("JVBERi0", 20, 256),
          new Form("UklGR", 64, 256),
          new Form("PHN2Zy", 40, 256),
          new Form("PD94bWwg", 40, 256),
          new Form("d09GM", 64, 256),
          new Form("d09GR", 64, 256),
          new Form("AAABAAE", 64, 256),
          // Keys that browsers show
          new Form("sb_publishable_", 40, 64),
          new Form("phc_", 40, 52),
          new Form("0x4AAAAAAA", 20, 40),
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
          new Form("run_", 28, 28),
          new Form("thread_", 31, 31),
          new Form("asst_", 29, 29),
          new Form("step_", 29, 29),
          new Form("file-", 27, 29),
          // Builds of Nix
          new Form("nix/store/", 40, 256),
          // Resources of clouds
          new Form("db-", 29, 29),
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
          new Form("npub1", 63, 63),
          new Form("12D3KooW", 52, 52),
          new Form("xpub", 111, 111),
          // Keys that check signatures of files
          new Form("RWQ", 56, 56),
          new Form("bc1q", 42, 62),
          new Form("tb1q", 42, 62),
          new Form("bc1p", 62, 62));

  /**
   * What is published behind a name: its length is that of nothing else, or nothing else stands
   * there. Known formats are found behind these names all the same.
   */
  private static final List<Form> NAMED =
      List.of(
          new Form("publickey", 40, 40),
          new Form("public_key", 40, 40),
          new Form("public-key", 40, 40),
          new Form("public key", 40, 40),
          new Form("sitekey", 40, 40),
          new Form("site_key", 40, 40),
          new Form("pubkey", 44, 44),
          new Form("signature", 88, 88),
          new Form("publickey", 44, 44),
          new Form("public_key", 44, 44),
          new Form("public-key", 44, 44),
          new Form("public key", 44, 44),
          // Digests and answers in headers
          new Form("md5", 24, 24),
          new Form("sha-1", 28, 28),
          new Form("sha256", 44, 44),
          new Form("sha-256", 44, 44),
          new Form("websocket-accept", 28, 28),
          new Form("websocket-key", 24, 24),
          new Form("peer", 44, 44),
          new Form("file_id", 20, 64),
          new Form("fileid", 20, 64),
          new Form("x-amz-cf-id", 56, 56),
          new Form("etag", 20, 80),
          new Form("version-id", 32, 32),
          new Form("version_id", 32, 32),
          new Form("versionid", 32, 32),
          // Places in lists, which a service gives out with each page
          new Form("cursor", 20, 256),
          new Form("scroll_id", 20, 256),
          new Form("page_token", 20, 256),
          new Form("pagetoken", 20, 256),
          new Form("page token", 20, 256),
          new Form("page-token", 20, 256),
          // What signs or is enciphered in markup, and the names of keys
          new Form("signaturevalue", 40, 256),
          new Form("ciphervalue", 24, 256),
          new Form("kid", 20, 64),
          new Form("_id", 20, 44),
          new Form("nonce", 20, 44),
          new Form("boundary", 20, 72),
          new Form("node_id", 20, 120),
          new Form("nodeid", 20, 120),
          new Form("\"x", 43, 43),
          new Form("\"y", 43, 43),
          new Form("'x", 43, 43),
          new Form("'y", 43, 43),
          // Clicks and playlists in addresses
          new Form("gclid", 20, 256),
          new Form("fbclid", 20, 256),
          new Form("msclkid", 20, 256),
          new Form("&list", 18, 42),
          // Proofs that somebody owns a domain, and signatures of mails
          new Form("site-verification", 43, 44),
          new Form(" bh", 44, 44),
          new Form(" b", 172, 172),
          new Form(" b", 88, 88),
          // Thumbprints of certificates
          new Form("x5t", 27, 28));

  /** The forms by the first byte of what a value begins with, and by the last of a name. */
  private static final List<List<Form>> BY_FIRST = by(FORMS, prefix -> prefix[0]);

  private static final List<List<Form>> BY_LAST = by(NAMED, name -> name[name.length - 1]);

  private static final byte[] DNSKEY = "DNSKEY".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NONCE = "'nonce-".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SOPS = "ENC[AES256_GCM,".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] JASYPT = "ENC(".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PART = "\nContent-".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] WEAK_ETAG = "W/\"".getBytes(StandardCharsets.US_ASCII);

  /** Parts of a path that are shorter name things; services' secrets in paths have rules. */
  private static final int LONGEST_NAME = 31;

  private static final int ADDRESS_REACH = 120;

  private static final byte[] GOOGLE_CLIENT =
      ".apps.googleusercontent.com".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] GOOGLE = "google.".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DOCUMENT = "/d/".getBytes(StandardCharsets.US_ASCII);

  private PublicValues() {}

  private static List<List<Form>> by(List<Form> forms, ToIntFunction<byte[]> telling) {
    return IntStream.range(0, 128)
        .mapToObj(
            b -> forms.stream().filter(form -> telling.applyAsInt(form.prefix) == b).toList())
        .toList();
  }

  static boolean contains(byte[] text, int from, int end, int to) {
    int start = from;
    while (start + 1 < end && text[start] == '/' && text[start + 1] != '9') {
      start++;
    }
    int length = end - start;
    for (Form form : BY_FIRST.get(text[start] & 0x7f)) {
      if (form.fits(length) && Bytes.startsWith(text, start, end, form.prefix)) {
        return true;
      }
    }
    return isBoundary(text, from, end, to)
        || (length <= 40 && Bytes.startsWith(text, Math.max(0, from - 3), from, WEAK_ETAG))
        || isShortPath(text, from, end)
        || Bytes.startsWith(text, end, to, GOOGLE_CLIENT)
        || isDocument(text, from, end)
        || isMessageId(text, from, end, to)
        || (length <= 64 && Bytes.startsWith(text, Math.max(0, from - 1), to, NONCE))
        || isNamedPublic(text, from, length)
        || isDnsKey(text, from)
        || isEncrypted(text, from);
  }

  /** A line between the parts of a message, such as a form with files. */
  private static boolean isBoundary(byte[] text, int start, int end, int to) {
    int next = end < to && text[end] == '\r' ? end + 1 : end;
    return text[start] == '-' && text[start + 1] == '-' && Bytes.startsWith(text, next, to, PART);
  }

  /** The first part of a mail's identifier: {@code <…@host>}. */
  private static boolean isMessageId(byte[] text, int start, int end, int to) {
    return start > 0 && text[start - 1] == '<' && end < to && text[end] == '@';
  }

  /** Whether the name before says that the value is published. */
  private static boolean isNamedPublic(byte[] text, int start, int length) {
    int i = start;
    while (i > 0 && start - i < 8 && " \"'=:>\n".indexOf(text[i - 1]) >= 0) {
      i--;
    }
    for (Form form : i == 0 ? List.<Form>of() : BY_LAST.get(Bytes.lower(text[i - 1]) & 0x7f)) {
      if (form.fits(length) && Bytes.endsWithWord(text, 0, i, form.prefix)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it is the key in a record of the domain name system, behind its flags: {@code DNSKEY 257 3 13 …}. */
  private static boolean isDnsKey(byte[] text, int start) {
    int i = start;
    while (i > 0 && start - i < 16 && (text[i - 1] == ' ' || text[i - 1] == '\t' || Bytes.isDigit(text[i - 1]))) {
      i--;
    }
    return Bytes.startsWith(text, Math.max(0, i - DNSKEY.length), i, DNSKEY);
  }

  /** Whether it is a part of a value that {@code sops} or Jasypt has encrypted. */
  private static boolean isEncrypted(byte[] text, int start) {
    int i = start;
    while (i > 0 && start - i < ADDRESS_REACH * 2 && !Bytes.isSpace(text[i - 1])) {
      i--;
      if (text[i] == '[' || text[i] == '(') {
        int from = Math.max(0, i - 3);
        return Bytes.startsWith(text, from, text.length, text[i] == '[' ? SOPS : JASYPT);
      }
    }
    return false;
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
