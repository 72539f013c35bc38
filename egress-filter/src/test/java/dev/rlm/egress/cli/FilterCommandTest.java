package dev.rlm.egress.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilterCommandTest {

  private static final String TOKEN = "ghp" + "_1B4a2e77838347a7E420ce178F2E7c6912E1";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String input, String... arguments) {
    return FilterCommand.run(
        List.of(arguments),
        new ByteArrayInputStream(input.getBytes(UTF_8)),
        out,
        new PrintStream(err, true, UTF_8));
  }

  @Test
  void cleanInputPassesWithStatusZero() {
    assertEquals(FilterCommand.CLEAN, run("nothing to see\n"));
    assertEquals("nothing to see\n", out.toString(UTF_8));
  }

  @Test
  void aSecretIsRedactedWithStatusThree() {
    assertEquals(FilterCommand.REDACTED, run("a " + TOKEN + "\n", "--stats"));
    assertEquals("a [REDACTED:github-token]\n", out.toString(UTF_8));
    assertTrue(err.toString(UTF_8).contains("github-token 1"));
  }

  @Test
  void badUsageIsStatusTwo() {
    assertEquals(FilterCommand.USAGE, run("", "--nonsense"));
    assertEquals(FilterCommand.USAGE, run("", "--rules"));
    assertTrue(err.toString(UTF_8).contains("usage:"));
  }

  @Test
  void aMissingFileIsStatusOne(@TempDir Path folder) {
    assertEquals(FilterCommand.FAILED, run("", "--rules", folder.resolve("none.json").toString()));
  }

  @Test
  void findingsGoToAFileWithoutTheSecret(@TempDir Path folder) throws IOException {
    Path findings = folder.resolve("findings.jsonl");
    run("a " + TOKEN + "\n", "--findings", findings.toString());
    String line = Files.readString(findings);
    assertTrue(line.contains("\"ruleId\":\"github-token\""), line);
    assertFalse(line.contains(TOKEN.substring(4, 12)), line);
  }

  @Test
  void rulesOfTheUserAreAdded(@TempDir Path folder) throws IOException {
    Path rules = folder.resolve("rules.json");
    Files.writeString(
        rules,
        "{\"rules\": [{\"id\": \"acme-key\", \"description\": \"Acme\", \"anchors\": [\"acme-\"],"
            + " \"shape\": \"acme-[a-z0-9]{8}\"}]}");
    assertEquals(FilterCommand.REDACTED, run("x acme-a1b2c3d4 y\n", "--rules", rules.toString()));
    assertEquals("x [REDACTED:acme-key] y\n", out.toString(UTF_8));
  }

  @Test
  void aBrokenRuleIsReportedByItsName(@TempDir Path folder) throws IOException {
    Path rules = folder.resolve("rules.json");
    Files.writeString(
        rules,
        "{\"rules\": [{\"id\": \"acme-key\", \"anchors\": [\"acme-\"], \"shape\":"
            + " \"acme-[a-z\"}]}");
    assertEquals(FilterCommand.USAGE, run("", "--rules", rules.toString()));
    assertTrue(err.toString(UTF_8).contains("acme-key"));
  }

  @Test
  void thePolicyDecidesAboutCopiesOfTheContext(@TempDir Path folder) throws IOException {
    Path context = folder.resolve("context.txt");
    String text =
        "It was the best of times, it was the worst of times, it was the age of wisdom, it was the"
            + " age of foolishness, it was the epoch of belief, it was the epoch of incredulity, it"
            + " was the season of Light, it was the season of Darkness";
    Files.writeString(context, text);
    Path policy = folder.resolve("policy.json");
    Files.writeString(policy, "{\"channels\": {\"stdout\": {\"echo\": \"deny\"}}}");
    assertEquals(
        FilterCommand.REDACTED,
        run(
            "He wrote: " + text + "\n",
            "--context",
            context.toString(),
            "--policy",
            policy.toString()));
    assertTrue(
        out.toString(UTF_8).startsWith("He wrote: [REDACTED:context-echo]"), out.toString(UTF_8));
    assertEquals(
        FilterCommand.CLEAN, run("He wrote: " + text + "\n", "--context", context.toString()));
  }
}
