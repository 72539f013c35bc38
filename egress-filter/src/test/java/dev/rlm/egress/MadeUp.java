package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.Random;
import java.util.UUID;

/**
 * Makes up values from shapes: literals, classes such as {@code [a-f0-9]{32}}, names of kinds such
 * as {@code [:password:]}, and {@code <>}, which stands for nothing. No value was ever in use.
 */
final class MadeUp {

  private static final String[] WORDS = {
    "summer", "dragon", "coffee", "monkey", "winter", "orange", "purple", "falcon", "guitar",
    "silver", "garden", "rocket", "pepper", "anchor", "marble", "velvet", "tiger", "castle",
    "banana", "thunder", "shadow", "cookie", "planet", "harbor", "copper", "willow"
  };
  private static final String SYMBOLS = "!@#%^*?+=_-";

  private final Random random;

  MadeUp(Random random) {
    this.random = random;
  }

  /** A value of a shape. */
  String of(String shape) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < shape.length()) {
      if (shape.startsWith("<>", at)) {
        at += 2;
      } else if (shape.startsWith("[:", at)) {
        int close = shape.indexOf(":]", at);
        out.append(kind(shape.substring(at + 2, close)));
        at = close + 2;
      } else if (shape.charAt(at) == '[' && classEnd(shape, at) > 0) {
        int close = classEnd(shape, at);
        int brace = shape.indexOf('}', close);
        int count = Integer.parseInt(shape.substring(close + 2, brace));
        out.append(Samples.random(random, members(shape.substring(at + 1, close)), count));
        at = brace + 1;
      } else {
        out.append(shape.charAt(at++));
      }
    }
    return out.toString();
  }

  /** Where the class that begins here ends, or -1 when what stands here is a plain bracket. */
  private static int classEnd(String shape, int at) {
    int close = shape.indexOf("]{", at);
    int lineEnd = shape.indexOf('\n', at);
    return close > at + 1 && (lineEnd < 0 || lineEnd > close) ? close : -1;
  }

  private static String members(String ranges) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < ranges.length(); i++) {
      if (i + 2 < ranges.length() && ranges.charAt(i + 1) == '-') {
        for (char c = ranges.charAt(i); c <= ranges.charAt(i + 2); c++) {
          out.append(c);
        }
        i += 2;
      } else {
        out.append(ranges.charAt(i));
      }
    }
    return out.toString();
  }

  private String kind(String name) {
    return switch (name) {
      case "password" -> password(SYMBOLS);
      case "urlpassword" -> password("!_-.~*");
      case "connpassword" -> password("!#%_-.@");
      case "xmlpassword" -> password("!#_-.@$");
      case "b64password" -> base64(password(SYMBOLS) + password(SYMBOLS));
      case "basic" -> base64(word() + ":" + password(SYMBOLS));
      case "uuid" -> new UUID(random.nextLong(), random.nextLong()).toString();
      case "jwt" -> jwt();
      case "pem" -> pem(12, "\n");
      case "pemshort" -> pem(2, "\n");
      case "pemline" -> pem(12, "\\n");
      case "mnemonic" -> mnemonic();
      default -> throw new IllegalArgumentException("no kind named " + name);
    };
  }

  private String password(String symbols) {
    String symbol = pick(symbols);
    return switch (random.nextInt(8)) {
      case 0 -> capital(word()) + (1980 + random.nextInt(50)) + symbol;
      case 1 -> word() + random.nextInt(10) + random.nextInt(10) + random.nextInt(10);
      case 2 -> capital(word()) + symbol + capital(word()) + random.nextInt(10);
      case 3 -> leet(capital(word())) + symbol + random.nextInt(100);
      case 4 -> Samples.random(random, Samples.ALPHANUMERIC, 11) + symbol;
      case 5 -> Samples.random(random, Samples.ALPHANUMERIC + symbols, 16);
      case 6 -> word() + "-" + word() + "-" + word() + random.nextInt(10);
      default -> symbol + Samples.random(random, "abcdefghkmnpqrstuvwxyz23456789", 10);
    };
  }

  private static String leet(String word) {
    return word.replace('a', '4').replace('e', '3').replace('o', '0').replace('i', '1');
  }

  private String word() {
    return WORDS[random.nextInt(WORDS.length)];
  }

  private String pick(String characters) {
    return String.valueOf(characters.charAt(random.nextInt(characters.length())));
  }

  private static String capital(String word) {
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private String jwt() {
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    String payload = "{\"iss\":\"" + word() + "\",\"role\":\"service\",\"iat\":17" + number(8) + "}";
    return encoder.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(UTF_8))
        + "."
        + encoder.encodeToString(payload.getBytes(UTF_8))
        + "."
        + of("[A-Za-z0-9_-]{43}");
  }

  private String number(int digits) {
    return Samples.random(random, "0123456789", digits);
  }

  private String pem(int lines, String lineBreak) {
    StringBuilder out = new StringBuilder("MI").append(of("[A-Za-z0-9+/]{62}"));
    for (int i = 1; i < lines; i++) {
      out.append(lineBreak).append(of("[A-Za-z0-9+/]{64}"));
    }
    return out.append(lineBreak).append(of("[A-Za-z0-9+/]{30}")).append("==").toString();
  }

  private String mnemonic() {
    StringBuilder out = new StringBuilder(word());
    for (int i = 1; i < 12; i++) {
      out.append(' ').append(word());
    }
    return out.toString();
  }
}
