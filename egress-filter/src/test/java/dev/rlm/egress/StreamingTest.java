package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamingTest {

  private static final StreamLimits SMALL = new StreamLimits(256, 1024, 1 << 20);

  private final EgressFilter filter = EgressFilter.builder().build();

  @Test
  void redactsOnlyTheSpan() {
    String token = Samples.githubToken(new Random(1));
    FilteredText filtered =
        filter.openSession().filter(Channel.STDOUT, "before " + token + " after\n");
    assertEquals("before [REDACTED:github-token] after\n", filtered.text());
    Finding finding = filtered.report().findings().getFirst();
    assertEquals(7, finding.offset());
    assertEquals(token.length(), finding.length());
    assertEquals(Action.REDACTED, finding.action());
  }

  @Test
  void everySplitGivesTheSameResult() {
    String text =
        "a = 1\ntoken " + Samples.githubToken(new Random(2)) + "\npassword = \"hunter42!\"\nend";
    String whole = run(filter, List.of(text));
    assertTrue(whole.contains("[REDACTED:github-token]"));
    for (int i = 1; i < text.length(); i++) {
      assertEquals(
          whole, run(filter, List.of(text.substring(0, i), text.substring(i))), "split at " + i);
    }
  }

  @Test
  void aSplitOverTwoStreamsGivesTheSameResult() {
    assertSameOverTwoStreams("token " + Samples.githubToken(new Random(3)) + " end\n");
  }

  @Test
  void aBlockSplitOverTwoStreamsIsStillOne() {
    byte[] data = new byte[5 * 48];
    new Random(9).nextBytes(data);
    String indented = "\n" + " ".repeat(12);
    String block = Base64.getMimeEncoder(64, indented.getBytes(UTF_8)).encodeToString(data);
    assertSameOverTwoStreams("attachment: |" + indented + block + "\nend: 1\n");
  }

  @Test
  void anImageInAnAddressIsNoRowOfTokensHoweverItIsSplit() {
    String image = address(480);
    assertEquals(image, run(filter, List.of(image)));
    assertSameOverTwoStreams(image);
  }

  @Test
  void aTokenInAnAddressIsRedacted() {
    assertTrue(run(filter, List.of(address(48))).contains("[REDACTED:high-entropy]"));
  }

  /** Base64 of random bytes with its signs escaped. */
  private static String address(int bytes) {
    byte[] data = new byte[bytes];
    new Random(12).nextBytes(data);
    String encoded = Base64.getEncoder().encodeToString(data);
    return "![badge](https://img.example/?logo=data:image/png;base64%2C"
        + URLEncoder.encode(encoded, UTF_8)
        + ")\n";
  }

  private void assertSameOverTwoStreams(String text) {
    String whole = run(filter, List.of(text));
    for (int i = 1; i < text.length(); i++) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      EgressExecution execution =
          filter.openSession().begin((channel, bytes) -> out.writeBytes(bytes));
      execution.write(Channel.STDOUT, text.substring(0, i).getBytes(UTF_8));
      execution.write(Channel.STDERR, text.substring(i).getBytes(UTF_8));
      execution.finish();
      assertEquals(whole, out.toString(UTF_8), "split at " + i);
    }
  }

  @Test
  void aTokenAfterAnUnfinishedWordOfAnotherStreamIsRedacted() {
    String token = Samples.githubToken(new Random(8));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EgressExecution execution =
        filter.openSession().begin((channel, bytes) -> out.writeBytes(bytes));
    execution.write(Channel.STDOUT, "abc".getBytes(UTF_8));
    execution.write(Channel.STDERR, token.getBytes(UTF_8));
    execution.finish();
    assertTrue(out.toString(UTF_8).endsWith("[REDACTED:github-token]"), out.toString(UTF_8));
    assertEquals(run(filter, List.of("abc" + token)), out.toString(UTF_8));
  }

  @Test
  void wholeLinesCanBeReleasedEarly() {
    String token = Samples.githubToken(new Random(4));
    StringBuilder out = new StringBuilder();
    EgressExecution execution = filter.openSession().begin((_, bytes) -> out.append(new String(bytes, UTF_8)));
    execution.write(Channel.STDOUT, "one\ntwo ".getBytes(UTF_8));
    execution.releaseLines();
    assertEquals("one\n", out.toString());
    execution.write(Channel.STDOUT, (token.substring(0, 9) + "").getBytes(UTF_8));
    execution.releaseLines();
    execution.write(Channel.STDOUT, (token.substring(9) + " three\n").getBytes(UTF_8));
    execution.releaseLines();
    assertEquals("one\ntwo [REDACTED:github-token] three\n", out.toString());
    execution.write(Channel.STDOUT, "tail".getBytes(UTF_8));
    assertEquals(1, execution.finish().redactions());
    assertEquals("one\ntwo [REDACTED:github-token] three\ntail", out.toString());
  }

  @Test
  void aLineIsNotReleasedWhileAnotherChannelIsInTheMiddleOfOne() {
    StringBuilder out = new StringBuilder();
    EgressExecution execution = filter.openSession().begin((_, bytes) -> out.append(new String(bytes, UTF_8)));
    execution.write(Channel.STDOUT, "first\nhalf".getBytes(UTF_8));
    execution.write(Channel.STDERR, "warning\n".getBytes(UTF_8));
    execution.releaseLines();
    assertEquals("first\n", out.toString());
    execution.write(Channel.STDOUT, " whole\n".getBytes(UTF_8));
    execution.releaseLines();
    assertEquals("first\nhalfwarning\n whole\n", out.toString());
  }

  @Test
  void aPrivateKeyIsCoveredLineByLineAsItComes() {
    String body = "MC4CAQAwBQYDK2VwBCIEIB" + "x8mPq2Lr7Wv0ZkT5yUa3Nc6DhJ9sGfE4iBoVtQwRlK";
    StringBuilder out = new StringBuilder();
    EgressExecution execution = filter.openSession().begin((_, bytes) -> out.append(new String(bytes, UTF_8)));
    for (String line : List.of("-----BEGIN " + "PRIVATE KEY-----\n", body + "\n", body + "\n", "-----END PRIVATE KEY-----\n", "after\n")) {
      execution.write(Channel.STDOUT, line.getBytes(UTF_8));
      execution.releaseLines();
    }
    execution.finish();
    assertFalse(out.toString().contains(body.substring(0, 12)), out.toString());
    assertTrue(out.toString().endsWith("after\n"), out.toString());
  }

  @Test
  void aLongStreamIsReleasedInTimeAndDoesNotDependOnTheSplit() {
    Random random = Samples.seeded();
    EgressFilter small =
        EgressFilter.builder().policy(EgressPolicy.defaults().withLimits(SMALL)).build();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      text.append("line ").append(i).append(" of ordinary output\n");
      if (i % 7 == 0) {
        text.append("key: ").append(Samples.githubToken(random)).append('\n');
      }
    }
    String whole = run(small, List.of(text.toString()));
    assertFalse(whole.contains("ghp" + "_"));
    for (int round = 0; round < 20; round++) {
      List<String> pieces = new ArrayList<>();
      int at = 0;
      while (at < text.length()) {
        int end = Math.min(text.length(), at + 1 + random.nextInt(700));
        pieces.add(text.substring(at, end));
        at = end;
      }
      assertEquals(whole, run(small, pieces));
    }
  }

  @Test
  void holdsBackNoMoreThanABlock() {
    EgressFilter small =
        EgressFilter.builder().policy(EgressPolicy.defaults().withLimits(SMALL)).build();
    int[] released = new int[1];
    EgressExecution execution =
        small.openSession().begin((channel, bytes) -> released[0] += bytes.length);
    byte[] line = "plain words only here\n".getBytes(UTF_8);
    int written = 0;
    for (int i = 0; i < 500; i++) {
      execution.write(Channel.STDOUT, line);
      written += line.length;
      assertTrue(written - released[0] <= SMALL.blockBytes());
    }
    execution.finish();
    assertEquals(written, released[0]);
  }

  @Test
  void aTokenOverTwoExecutionsLosesWhatIsLeftOfIt() {
    EgressSession session = filter.openSession();
    String token = Samples.githubToken(new Random(4));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EgressExecution first = session.begin((channel, bytes) -> out.writeBytes(bytes));
    first.write(Channel.STDOUT, ("x " + token.substring(0, 12)).getBytes(UTF_8));
    first.finish();
    EgressExecution second = session.begin((channel, bytes) -> out.writeBytes(bytes));
    second.write(Channel.STDOUT, (token.substring(12) + " y").getBytes(UTF_8));
    second.finish();
    assertFalse(out.toString(UTF_8).contains(token.substring(14)));
  }

  @Test
  void redactionIsIdempotent() {
    String text = "password = \"hunter42!\" and " + Samples.githubToken(new Random(5));
    String once = run(filter, List.of(text));
    assertEquals(once, run(filter, List.of(once)));
  }

  @Test
  void aPrivateKeyLongerThanABlockIsWithheldToItsEnd() {
    EgressFilter small =
        EgressFilter.builder().policy(EgressPolicy.defaults().withLimits(SMALL)).build();
    Random random = new Random(6);
    StringBuilder key = new StringBuilder("-----BEGIN " + "PRIVATE KEY-----\n");
    for (int i = 0; i < 100; i++) {
      key.append(Samples.random(random, Samples.ALPHANUMERIC, 64)).append('\n');
    }
    key.append("-----END PRIVATE KEY-----\nafter\n");
    String out = run(small, List.of("before\n", key.toString()));
    assertTrue(out.startsWith("before\n[REDACTED:private-key]"), out);
    assertTrue(out.endsWith("after\n"), out);
    assertTrue(out.length() < 300, out);
  }

  @Test
  void nameOfAValueTellsWhatItIs() {
    EgressSession session = filter.openSession();
    assertEquals(
        "[REDACTED:passwd]",
        session.filterNamed(Channel.VALUE, "db_password", "tr0ub4dor&3").text());
    assertEquals("plain", session.filterNamed(Channel.VALUE, "title", "plain").text());
  }

  @Test
  void ownSecretsAreFoundInEveryModeAndForm() {
    byte[] secret = "correct-horse-battery-staple".getBytes(UTF_8);
    EgressFilter withSecret = EgressFilter.builder().ownSecret(secret).build();
    String encoded = java.util.Base64.getEncoder().encodeToString(secret);
    assertEquals(
        "[REDACTED:engine-secret] x [REDACTED:engine-secret]",
        withSecret
            .openSession()
            .filter(Channel.NAME, encoded + " x horse-battery")
            .text()
            .replace("==", ""));
  }

  @Test
  void copiesOfTheContextDrawOnABudget() {
    Random random = new Random(7);
    StringBuilder context = new StringBuilder();
    while (context.length() < 50_000) {
      context
          .append(Samples.random(random, "abcdefghijklmnopqrstuvwxyz", 2 + random.nextInt(8)))
          .append(' ');
    }
    EgressSession session = filter.openSession(filter.index(context.toString().getBytes(UTF_8)));
    String slice = context.substring(10_000, 12_000);
    assertEquals(slice, session.filter(Channel.ANSWER, slice).text());
    String more = context.substring(20_000, 40_000);
    String out = session.filter(Channel.ANSWER, more).text();
    assertTrue(out.length() < 4_100, out.length() + " bytes");
    assertTrue(out.endsWith("[REDACTED:context-echo]") || out.contains("[REDACTED:context-echo]"));
  }

  private static String run(EgressFilter filter, List<String> pieces) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EgressExecution execution =
        filter.openSession().begin((channel, bytes) -> out.writeBytes(bytes));
    for (String piece : pieces) {
      execution.write(Channel.STDOUT, piece.getBytes(UTF_8));
    }
    execution.finish();
    return out.toString(UTF_8);
  }
}
