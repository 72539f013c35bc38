package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EgressPolicyTest {

  private static final String TOKEN = Samples.githubToken(new Random(8));

  private static String filtered(String policy, String text) {
    return EgressFilter.builder()
        .policy(EgressPolicy.parse(policy))
        .build()
        .openSession()
        .filter(Channel.STDOUT, text)
        .text();
  }

  @Test
  void anEmptyFileGivesTheDefaults() {
    assertEquals(EgressPolicy.defaults(), EgressPolicy.parse("{}"));
  }

  @Test
  void theFileInTheRepositoryHoldsTheDefaults() throws IOException {
    assertEquals(
        EgressPolicy.defaults(),
        EgressPolicy.parse(Files.readString(Path.of("..", "config", "egress-policy.json"))));
  }

  @Test
  void everyMemberIsRead() {
    EgressPolicy policy =
        EgressPolicy.parse(
            """
            {"channels": {"prompt": {"secrets": "report", "echo": "off"}},
             "echo": {"minimumRun": 60, "perExecutionBytes": 1, "perSessionBytes": 2, "opaqueBytes": 3},
             "disabledRules": ["jwt"], "tags": true, "limits": {"holdBackBytes": 512, "blockBytes": 4096, "deepBytes": 7},
             "sessionOutputBytes": 9, "maximumFindings": 5}
            """);
    assertEquals(new ChannelPolicy(SecretMode.REPORT, EchoMode.OFF), policy.of(Channel.PROMPT));
    assertEquals(EgressPolicy.defaults().of(Channel.STDOUT), policy.of(Channel.STDOUT));
    assertEquals(new EchoBudget(60, 1, 2, 3), policy.echo());
    assertEquals(new StreamLimits(512, 4096, 7), policy.limits());
    assertTrue(policy.tags() && policy.disabledRules().contains("jwt"));
    assertEquals(9, policy.sessionOutputBytes());
    assertEquals(5, policy.maximumFindings());
  }

  @Test
  void typingSlipsAreErrors() {
    assertThrows(EgressConfigurationException.class, () -> EgressPolicy.parse("{\"chanels\": {}}"));
    assertThrows(
        EgressConfigurationException.class,
        () -> EgressPolicy.parse("{\"channels\": {\"stdoutt\": {}}}"));
    assertThrows(
        EgressConfigurationException.class,
        () -> EgressPolicy.parse("{\"echo\": {\"minimumRun\": 3}}"));
    assertThrows(
        EgressConfigurationException.class,
        () -> EgressPolicy.parse("{\"allowedValues\": [\"abc\"]}"));
  }

  @Test
  void reportingLeavesSecretsInPlaceAndTellsOfThem() {
    EgressFilter filter =
        EgressFilter.builder()
            .policy(EgressPolicy.parse("{\"channels\": {\"stdout\": {\"secrets\": \"report\"}}}"))
            .build();
    FilteredText result = filter.openSession().filter(Channel.STDOUT, "x " + TOKEN);
    assertEquals("x " + TOKEN, result.text());
    assertEquals(Action.REPORTED, result.report().findings().getFirst().action());
  }

  @Test
  void aDisabledRuleDoesNotName() {
    assertNotEquals(
        "x [REDACTED:github-token]",
        filtered("{\"disabledRules\": [\"github-token\"]}", "x " + TOKEN));
  }

  @Test
  void anAllowedValuePasses() throws Exception {
    String hash =
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(TOKEN.getBytes(UTF_8)));
    EgressPolicy policy =
        EgressPolicy.parse("{\"disabledRules\": [], \"allowedValues\": [\"" + hash + "\"]}");
    assertEquals(
        "x " + TOKEN,
        EgressFilter.builder()
            .policy(policy)
            .build()
            .openSession()
            .filter(Channel.STDOUT, "x " + TOKEN)
            .text());
  }

  @Test
  void tagsAreEqualForEqualValuesOfOneSessionOnly() {
    EgressFilter filter =
        EgressFilter.builder().policy(EgressPolicy.defaults().withTags(true)).build();
    EgressSession session = filter.openSession();
    String first = session.filter(Channel.STDOUT, TOKEN).text();
    assertEquals(first, session.filter(Channel.STDOUT, TOKEN).text());
    assertTrue(first.matches("\\[REDACTED:github-token#[0-9a-f]{8}]"), first);
    assertNotEquals(first, filter.openSession().filter(Channel.STDOUT, TOKEN).text());
    assertEquals(first, session.filter(Channel.STDOUT, first).text());
  }

  @Test
  void outputBeyondTheSessionsBudgetIsWithheld() {
    assertEquals(
        "0123[REDACTED:output-budget]", filtered("{\"sessionOutputBytes\": 4}", "0123456789"));
  }
}
