package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to text behind so much that looks like secrets that no work is left to examine it. */
final class SpentBudgetTest {

  private static final String FLOOD = "key=token=secret:password=".repeat(20_000) + "\n\n";
  private static final String FAR = "# an unremarkable line of a document\n".repeat(12);

  private final EgressFilter filter = EgressFilter.builder().build();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password: HIDDEN",
        "db_pass  =  \"HIDDEN\"",
        "password:\n  HIDDEN",
        "{\"name\": \"API_TOKEN\", \"type\": \"string\", \"value\": \"HIDDEN\"}",
        "https://bob:HIDDEN@host/",
        "user,password,mail\nbob,123456,b@x.org\neve,HIDDEN,e@x.org",
        "| user | password |\n|---|---|\n| bob | HIDDEN |",
        "INSERT INTO users (name, password) VALUES ('bob', 'x'), ('eve', 'HIDDEN');",
        "user   password  mail\nbob      123456  b@x.org\neve      HIDDEN  e@x.org",
        "echo 'deploy:HIDDEN' | chpasswd",
        "echo the token 'HIDDEN' -- -- -- -- -- -- -- | sudo -S true",
        "sign in with HIDDEN as the password.",
        "expect \"Password:\"\nsend \"HIDDEN\\r\"",
        "net use Z: * HIDDEN /user:bob"
      })
  void withholdsWhatANameMayAnnounce(String text) {
    assertHidden(text);
  }

  @Test
  void withholdsTheDocumentOfAKubernetesSecret() {
    assertHidden("kind: Secret\nmetadata:\n" + FAR + "data:\n  plain: HIDDEN\n");
  }

  @Test
  void withholdsTheColumnsOfATableBehindAnother() {
    String rows = "bob,17,b@x.org\n".repeat(85);
    assertHidden("user,password,mail\n" + rows + "\nuser,password,mail\n" + rows + "eve,HIDDEN,e@x.org\n");
  }

  @Test
  void withholdsACommandToItsEnd() {
    assertHidden("curl \\\n" + "  -H 'Accept: text/html' \\\n".repeat(20) + "  -u bob:HIDDEN https://host/");
  }

  @Test
  void findsAPrivateKeyWholeAllTheSame() {
    String body = "MIIEpAIBAAKCAQEA7bq9vEJ3mFkHIDDENd7JmNvRw2xLqPz8TgYcUsa4kBnD5Xo\n".repeat(12);
    assertHidden("-----BEGIN RSA PRIVATE KEY-----\n" + body + "-----END RSA PRIVATE KEY-----\n");
  }

  @Test
  void withholdsNothingElse() {
    String text = FAR.repeat(40) + "the last line";
    assertTrue(filtered(FLOOD + text).endsWith(text.substring(300)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"prompt_tokens\": 12, \"completion_tokens\": 34, \"total_tokens\": 46}\n",
        "{\"session_id\": 8123, \"client\": \"web\", \"auth\": true, \"cookie\": false, \"ts\": 17}\n",
        "- Key: Name\n  Value: frontend-7\n",
      })
  void leavesLogsAloneThatSpeakOfTokensAllTheTime(String line) {
    String log = line.repeat(4_000_000 / line.length());
    assertEquals(log, filtered(log));
  }

  @Test
  void leavesRoomForAnOutputOfNothingButSecrets() {
    String lines = "PASSWORD=hu8nter2!x\n".repeat(1_000);
    assertEquals("PASSWORD=[REDACTED:passwd]\n".repeat(1_000), filtered(lines));
  }

  private void assertHidden(String text) {
    String value = "hu8nter2xQ";
    String output = filtered(FLOOD + FAR + text.replace("HIDDEN", value) + "\n" + FAR);
    assertFalse(output.contains(value), () -> output.substring(Math.max(0, output.indexOf(value) - 200)));
    assertTrue(output.contains("[REDACTED:scan-limit]"), "the work was not spent");
  }

  private String filtered(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EgressExecution execution = filter.openSession().begin((channel, bytes) -> out.writeBytes(bytes));
    execution.write(Channel.STDOUT, text.getBytes(UTF_8));
    execution.finish();
    return out.toString(UTF_8);
  }
}
