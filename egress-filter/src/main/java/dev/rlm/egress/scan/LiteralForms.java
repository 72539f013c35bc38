package dev.rlm.egress.scan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** The forms in which a known value is searched for. */
final class LiteralForms {

  private LiteralForms() {}

  static List<byte[]> of(byte[] value) {
    List<byte[]> forms = new ArrayList<>();
    forms.add(value.clone());
    forms.add(reversed(value));
    forms.add(ascii(HexFormat.of().formatHex(value)));
    forms.add(ascii(HexFormat.of().withUpperCase().formatHex(value)));
    for (int phase = 0; phase < 3; phase++) {
      forms.add(base64(value, phase, Base64.getEncoder()));
      forms.add(base64(value, phase, Base64.getUrlEncoder()));
    }
    forms.add(percent(value));
    return forms;
  }

  private static byte[] reversed(byte[] value) {
    byte[] result = new byte[value.length];
    for (int i = 0; i < value.length; i++) {
      result[i] = value[value.length - 1 - i];
    }
    return result;
  }

  /**
   * The characters that depend on the value alone when it stands at an offset of {@code phase}
   * modulo three.
   */
  private static byte[] base64(byte[] value, int phase, Base64.Encoder encoder) {
    byte[] padded = new byte[phase + value.length];
    System.arraycopy(value, 0, padded, phase, value.length);
    byte[] encoded = encoder.withoutPadding().encode(padded);
    int from = phase == 0 ? 0 : phase + 1;
    int to = padded.length % 3 == 0 ? encoded.length : encoded.length - 1;
    return Arrays.copyOfRange(encoded, Math.min(from, to), to);
  }

  private static byte[] percent(byte[] value) {
    StringBuilder text = new StringBuilder();
    for (byte b : value) {
      if (Bytes.isAlphanumeric(b) || b == '-' || b == '_' || b == '.' || b == '~') {
        text.append((char) b);
      } else {
        text.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return ascii(text.toString());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
