package dev.rlm.egress.scan;

import java.util.stream.Stream;

/** Calls around a literal that is assigned: what makes it another type, decodes or digests it. */
final class Calls {

  /** What turns a literal into the type that a program wants, or reads what it stands for. */
  private static final String[] CONVERSIONS = {
    "string::from(",
    "[]byte(",
    "buffer.from(",
    "bytes(",
    "bytearray(",
    "new string(",
    "some(",
    "<%= ",
    "field(default=",
    "secretstr(",
    "bytes.fromhex(",
    "bytearray.fromhex(",
    "unhexlify(",
    "binascii.unhexlify(",
    "hex2bin(",
    "hex.decodestring(",
    "hex::decode(",
    "hexformat.of().parsehex(",
    "convert.fromhexstring(",
    "b64decode(",
    "base64.b64decode(",
    "base64_decode(",
    "base64.decode64(",
    "base64.strict_decode64(",
    "base64.getdecoder().decode(",
    "convert.frombase64string(",
    "atob("
  };

  private static final String[] DIGESTS = {"md5(", "sha1(", "sha2(", "crypt("};

  /** The type that dumps of PHP write before a length and a quote. */
  private static final String DUMPED = "string(";

  /** What one of those begins with: few values do. */
  private static final boolean[] BEGINS_CALL = new boolean[128];

  static {
    Stream.of(CONVERSIONS, DIGESTS, new String[] {DUMPED})
        .flatMap(Stream::of)
        .forEach(call -> BEGINS_CALL[call.charAt(0)] = true);
  }

  private Calls() {}

  /** Skips one that opens at a place. */
  static void skip(Cursor cursor) {
    int first = cursor.peek();
    if (first >= 0 && BEGINS_CALL[Bytes.lower((byte) first) & 0x7f]) {
      skipConversion(cursor);
      skipDigest(cursor);
      skipLength(cursor);
    }
  }

  private static void skipConversion(Cursor cursor) {
    int from = cursor.at;
    for (String conversion : CONVERSIONS) {
      if (cursor.skipWord(conversion)) {
        cursor.at = cursor.quoteAt(0) || cursor.quoteAt(1) ? cursor.at : from;
        return;
      }
    }
  }

  /** Skips the function by which a statement digests a literal before it is stored. */
  private static void skipDigest(Cursor cursor) {
    int from = cursor.at;
    for (String digest : DIGESTS) {
      if (cursor.skipWord(digest)) {
        cursor.at = cursor.quoteAt(0) ? cursor.at : from;
        return;
      }
    }
  }

  /** Skips a type with a length before the quote, as dumps of PHP have it. */
  private static void skipLength(Cursor cursor) {
    int from = cursor.at;
    if (cursor.skipWord(DUMPED)) {
      while (Bytes.isDigit((byte) cursor.peek())) {
        cursor.at++;
      }
      if (cursor.skipWord(") ") && cursor.quoteAt(0)) {
        return;
      }
    }
    cursor.at = from;
  }
}
