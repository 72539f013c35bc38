package dev.rlm.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** Checks of formats tell in the findings how sure a match is, and take none away. */
class ChecksTest {

  private static final String BASE62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private final EgressFilter filter = EgressFilter.builder().build();
  private final Random random = Samples.seeded();

  private Confidence confidence(String text) {
    EgressReport report = filter.openSession().filter(Channel.STDOUT, text).report();
    assertEquals(1, report.findings().size(), report.toString());
    return report.findings().getFirst().confidence();
  }

  private static String checksum(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.US_ASCII));
    StringBuilder out = new StringBuilder();
    for (long left = crc.getValue(); out.length() < 6; left /= 62) {
      out.insert(0, BASE62.charAt((int) (left % 62)));
    }
    return out.toString();
  }

  @Test
  void aTokenWithItsChecksumIsSurerThanOneWithout() {
    String body = Samples.random(random, Samples.ALPHANUMERIC, 30);
    String sum = checksum(body);
    char last = sum.charAt(5) == 'a' ? 'b' : 'a';
    for (String prefix : new String[] {"gh" + "p_", "np" + "m_"}) {
      assertEquals(Confidence.HIGH, confidence(prefix + body + sum));
      assertEquals(Confidence.MEDIUM, confidence(prefix + body + sum.substring(0, 5) + last));
    }
  }

  @Test
  void aWebTokenWithAHeaderIsSurerThanOneWithout() {
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    String rest = ".eyJ" + Samples.random(random, Samples.ALPHANUMERIC, 30) + ".";
    rest += Samples.random(random, Samples.ALPHANUMERIC, 43);
    String header = encoder.encodeToString("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8));
    assertEquals(Confidence.HIGH, confidence(header + rest));
    String other = "eyJ" + Samples.random(random, Samples.ALPHANUMERIC, 17);
    assertEquals(Confidence.MEDIUM, confidence(other + rest));
  }

  @Test
  void anAccessKeyOfTheRightAlphabetIsSurerThanAnother() {
    assertEquals(Confidence.HIGH, confidence("AKIA" + "Q3EGRTY7UIOPLK2M"));
    assertEquals(Confidence.MEDIUM, confidence("AKIA" + "Q3EGRTY1UIOPLK8M"));
  }

  @Test
  void aPrivateKeyWithABodyIsSurerThanAnyOtherBlock() {
    String body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" + Samples.random(random, "abcDEF129+/", 64);
    String begin = "-----BEGIN " + "PRIVATE KEY-----\n";
    String end = "\n-----END PRIVATE KEY-----";
    assertEquals(Confidence.HIGH, confidence(begin + body + end));
    assertEquals(Confidence.MEDIUM, confidence(begin + "?" + body + end));
  }
}
