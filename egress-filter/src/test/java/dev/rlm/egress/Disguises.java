package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** Ways to print something so that it does not look like itself. */
final class Disguises {

  private Disguises() {}

  /** Disguises of a secret: each gives what would be printed in its place. */
  static Map<String, UnaryOperator<String>> ofSecrets() {
    Map<String, UnaryOperator<String>> all = new LinkedHashMap<>();
    all.put("base64", s -> base64(s.getBytes(UTF_8)));
    all.put(
        "base64url",
        s -> Base64.getUrlEncoder().withoutPadding().encodeToString(s.getBytes(UTF_8)));
    all.put("base64 twice", s -> base64(base64(s.getBytes(UTF_8)).getBytes(UTF_8)));
    all.put("hex", s -> HexFormat.of().formatHex(s.getBytes(UTF_8)));
    all.put("hex bytes", s -> HexFormat.ofDelimiter(" ").formatHex(s.getBytes(UTF_8)));
    all.put("percent", s -> "%" + HexFormat.ofDelimiter("%").formatHex(s.getBytes(UTF_8)));
    all.put("unicode escapes", Disguises::unicodeEscapes);
    all.put("decimal list", Disguises::decimals);
    all.put("gzip base64", s -> base64(gzip(s)));
    all.put("zlib base64", s -> base64(zlib(s)));
    all.put("reversed", s -> new StringBuilder(s).reverse().toString());
    all.put("rot13", Disguises::rot13);
    all.put("one a line", s -> spaced(s, "\n"));
    all.put("blanks between", s -> spaced(s, " "));
    all.put("string parts", s -> parts(s));
    return all;
  }

  /** Disguises of a slice of a document. */
  static Map<String, UnaryOperator<String>> ofCopies() {
    Map<String, UnaryOperator<String>> all = new LinkedHashMap<>();
    all.put("upper case", s -> s.toUpperCase(java.util.Locale.ROOT));
    all.put("no white space", s -> s.replaceAll("\\s+", ""));
    all.put("no punctuation", s -> s.replaceAll("[^A-Za-z0-9\\s]", ""));
    all.put(
        "JSON escapes", s -> s.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
    all.put("percent", s -> java.net.URLEncoder.encode(s, UTF_8));
    all.put("base64", s -> base64(s.getBytes(UTF_8)));
    all.put("base64 wrapped", s -> Base64.getMimeEncoder().encodeToString(s.getBytes(UTF_8)));
    all.put("base64 twice", s -> base64(base64(s.getBytes(UTF_8)).getBytes(UTF_8)));
    all.put("hex", s -> HexFormat.of().formatHex(s.getBytes(UTF_8)));
    all.put("gzip base64", s -> base64(gzip(s)));
    all.put("zlib base64", s -> base64(zlib(s)));
    all.put("reversed", s -> new StringBuilder(s).reverse().toString());
    all.put("rot13", Disguises::rot13);
    all.put("one a line", s -> spaced(s, "\n"));
    all.put("interleaved", s -> interleaved(s));
    all.put("decimal list", Disguises::decimals);
    all.put("line numbers", s -> numbered(s));
    return all;
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] gzip(String s) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (GZIPOutputStream packed = new GZIPOutputStream(out)) {
        packed.write(s.getBytes(UTF_8));
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] zlib(String s) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (DeflaterOutputStream packed = new DeflaterOutputStream(out)) {
        packed.write(s.getBytes(UTF_8));
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String unicodeEscapes(String s) {
    StringBuilder out = new StringBuilder();
    s.chars().forEach(c -> out.append(String.format("\\u%04x", c)));
    return out.toString();
  }

  private static String decimals(String s) {
    List<String> numbers = new ArrayList<>();
    for (byte b : s.getBytes(UTF_8)) {
      numbers.add(Integer.toString(b & 0xff));
    }
    return "[" + String.join(", ", numbers) + "]";
  }

  private static String rot13(String s) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c >= 'a' && c <= 'z') {
        out.append((char) ('a' + (c - 'a' + 13) % 26));
      } else if (c >= 'A' && c <= 'Z') {
        out.append((char) ('A' + (c - 'A' + 13) % 26));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static String spaced(String s, String between) {
    return String.join(between, s.split(""));
  }

  private static String interleaved(String s) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < s.length(); i++) {
      out.append(s.charAt(i)).append((char) ('a' + i * 7 % 26));
    }
    return out.toString();
  }

  private static String parts(String s) {
    int middle = s.length() / 2;
    return s.substring(0, middle) + "\" + \"" + s.substring(middle);
  }

  private static String numbered(String s) {
    StringBuilder out = new StringBuilder();
    int n = 1;
    for (int i = 0; i < s.length(); i += 40) {
      out.append(n++).append(": ").append(s, i, Math.min(s.length(), i + 40)).append('\n');
    }
    return out.toString();
  }
}
