package dev.rlm.engine.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rlm.engine.CapturedLog;
import dev.rlm.engine.Seeds;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.OutputListener.Stream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class EgressTest {

  private static final int KEPT = 1 << 20;
  private static final Random RANDOM = Seeds.random();

  private final String own = random(32);
  private final String token = "ghp" + "_" + random(36);
  private final Egress egress = Egress.of(List.of(own));
  private final Passage passage = begin(egress, KEPT);

  private static Passage begin(Egress egress, int kept) {
    return egress.open(Optional.empty()).begin(kept, ExecutionListener.NONE);
  }

  @Test
  void passesHarmlessTextUnchanged() throws Exception {
    passage.output(Stream.STDOUT, "Hello, wörld\n");
    passage.output(Stream.STDERR, "careful\n");
    passage.finishOutput();
    assertEquals("Hello, wörld\n", passage.text(Stream.STDOUT));
    assertEquals("careful\n", passage.text(Stream.STDERR));
    assertEquals("[1, 2, 3]", passage.result("[1, 2, 3]"));
    ExecutionError error = new ExecutionError("ValueError", "no such thing", "Traceback (most recent call last):\n");
    assertEquals(error, passage.error(error));
    Map<String, @Nullable Object> locals = new LinkedHashMap<>();
    locals.put("x", 42);
    locals.put("nothing", null);
    locals.put("list", Arrays.asList(1, null, 2.5, true, "text", Map.of("key", List.of("deep"))));
    assertEquals(locals, passage.locals(locals));
    assertEquals(List.of(), passage.findings());
    assertFalse(passage.truncated());
  }

  @Test
  void redactsASecretInStandardOutputHoweverItIsCut() {
    for (String secret : List.of(own, token)) {
      for (int cut = 1; cut < secret.length(); cut++) {
        Passage split = begin(egress, KEPT);
        split.output(Stream.STDOUT, "key: " + secret.substring(0, cut));
        split.output(Stream.STDOUT, secret.substring(cut) + " end");
        split.finishOutput();
        String text = split.text(Stream.STDOUT);
        assertFalse(text.contains(secret), text);
        assertTrue(text.startsWith("key: [REDACTED:"), text);
        assertTrue(text.endsWith("] end"), text);
      }
    }
  }

  @Test
  void redactsASecretThatIsWrittenByteByByte() {
    passage.output(Stream.STDERR, "a ");
    own.chars().forEach(c -> passage.output(Stream.STDERR, Character.toString(c)));
    passage.output(Stream.STDERR, " z");
    passage.finishOutput();
    assertEquals("a [REDACTED:engine-secret] z", passage.text(Stream.STDERR));
    assertEquals("", passage.text(Stream.STDOUT));
    EgressFinding finding = passage.findings().getFirst();
    assertEquals("engine-secret", finding.rule());
    assertEquals("stderr", finding.channel());
    assertEquals("redacted", finding.action());
    assertEquals(2, finding.offset());
    assertEquals(own.length(), finding.length());
  }

  @Test
  void redactsTheResult() {
    assertFalse(passage.result("'" + token + "'").contains(token));
    assertEquals("result", passage.findings().getFirst().channel());
  }

  @Test
  void redactsEachPartOfAnError() {
    ExecutionError error =
        passage.error(new ExecutionError("Error" + own, "bad key " + own, "Traceback:\n  key = " + own + "\n"));
    assertNothingOf(own, error);
    assertTrue(error.traceback().startsWith("Traceback:\n"), error::traceback);
    assertTrue(passage.findings().stream().allMatch(finding -> finding.channel().equals("error")));
    assertEquals(3, passage.findings().size());
  }

  @Test
  void redactsVariablesAtEveryDepth() {
    Map<String, @Nullable Object> locals = new LinkedHashMap<>();
    locals.put("plain", own);
    locals.put("listed", List.of("a", List.of("b", own)));
    locals.put("nested", Map.of("k", Map.of("l", "x " + token + " y")));
    locals.put("keyed", Map.of(token, 1));
    locals.put("deeply", List.of(Map.of("k", Map.of(own, List.of()))));
    locals.put("name_" + own, 1);
    locals.put("fine", "text");
    Map<String, @Nullable Object> passed = passage.locals(locals);
    assertNothingOf(own, passed);
    assertNothingOf(token, passed);
    assertEquals("text", passed.get("fine"));
    assertEquals(7, passed.size(), passed::toString);
    assertTrue(passage.findings().stream().allMatch(finding -> finding.channel().equals("locals")));
  }

  @Test
  void redactsASecretThatStandsInSeveralLeaves() {
    List<String> halves = List.of(own.substring(0, 16), own.substring(16));
    Map<String, @Nullable Object> passed = passage.locals(Map.of("halves", halves));
    assertNothingOf(own.substring(0, 16), passed);
    assertNothingOf(own.substring(16), passed);
  }

  @Test
  void redactsTheSpanAloneAndKeepsTheRestOfAVariable() {
    Map<String, @Nullable Object> passed =
        passage.locals(Map.of("v", Map.of("fine", List.of("a", 1), "secret", "x " + own + " y", own, 2)));
    assertEquals(
        Map.of(
            "v",
            Map.of(
                "fine", List.of("a", 1), "secret", "x [REDACTED:engine-secret] y", "[REDACTED:engine-secret]", 2)),
        passed);
  }

  @Test
  void redactsASecretThatIsCutIntoLeavesHoweverSmall() {
    List<String> fours = new ArrayList<>();
    for (int at = 0; at < own.length(); at += 4) {
      fours.add(own.substring(at, at + 4));
    }
    for (Object leaves :
        List.of(
            fours,
            own.chars().mapToObj(Character::toString).toList(),
            own.chars().boxed().toList(),
            token.chars().mapToObj(Character::toString).toList(),
            List.of(List.of(fours.subList(0, 3)), fours.subList(3, fours.size())))) {
      Passage whole = begin(egress, KEPT);
      Object passed = whole.locals(Map.of("leaves", leaves)).get("leaves");
      assertTrue(String.valueOf(passed).startsWith("[REDACTED:"), () -> leaves + " passed as " + passed);
      assertEquals("locals", whole.findings().getFirst().channel());
    }
  }

  @Test
  void passesHarmlessLeavesWhateverTheyAreTogether() {
    Map<String, @Nullable Object> locals = new LinkedHashMap<>();
    locals.put("words", List.of("Quebec", "7up", "xylophone", "Kilo42", "jazz", "Zulu9", "Mike"));
    locals.put("numbers", RANDOM.ints(500, 0, 256).boxed().toList());
    locals.put("rows", List.of(Map.of("id", 17, "city", "Graz"), Map.of("id", 18, "city", "Linz")));
    assertEquals(locals, passage.locals(locals));
  }

  @Test
  void redactsASecretInBareKeysAndValuesOfOneObject() {
    Map<String, @Nullable Object> passed =
        passage.locals(Map.of("pair", Map.of(own.substring(0, 16), own.substring(16))));
    assertNothingOf(own.substring(16), passed);
  }

  @Test
  void redactsASecretThatIsANumber() {
    String number = "9" + RANDOM.nextLong(100_000_000_000_000_000L, 1_000_000_000_000_000_000L);
    Egress numeric = Egress.of(List.of(number));
    Map<String, @Nullable Object> passed =
        begin(numeric, KEPT)
            .locals(Map.of("n", new java.math.BigInteger(number), "l", List.of(new java.math.BigInteger(number))));
    assertNothingOf(number, passed);
  }

  @Test
  void tellsByItsNameWhatAValueIs() {
    String password = random(14) + "7!";
    Map<String, @Nullable Object> passed =
        passage.locals(Map.of("password", password, "config", Map.of("db_password", password)));
    assertNothingOf(password, passed);
  }

  @Test
  void neverPutsASecretIntoItsFindings() {
    passage.output(Stream.STDOUT, own + " " + token);
    passage.finishOutput();
    passage.result(own);
    passage.locals(Map.of(own, List.of(token, own.substring(0, 16), own.substring(16))));
    assertTrue(passage.findings().size() >= 4, passage.findings()::toString);
    assertNothingOf(own, passage.findings());
    assertNothingOf(token, passage.findings());
  }

  @Test
  void redactsASecretOfTheContext() {
    String inContext = "sk-" + "proj-" + random(48);
    Passage read = egress
            .open(Optional.of(new GuestContext.Json("{\"key\":\"" + inContext + "\"}")))
            .begin(KEPT, ExecutionListener.NONE);
    read.output(Stream.STDOUT, "found " + inContext + "\n");
    read.finishOutput();
    assertFalse(read.text(Stream.STDOUT).contains(inContext), read.text(Stream.STDOUT));
  }

  @Test
  void boundsWhatItKeepsAndSaysSo() {
    Passage small = begin(egress, 100);
    small.output(Stream.STDOUT, "word ".repeat(1_000));
    small.output(Stream.STDERR, "fine");
    small.finishOutput();
    assertTrue(small.truncated());
    assertTrue(small.text(Stream.STDOUT).contains("[... 4900 bytes left out ...]"), small.text(Stream.STDOUT));
    assertEquals("fine", small.text(Stream.STDERR));
  }

  @Test
  void redactsASecretThatStandsWhereTheMiddleIsCutOut() {
    Passage small = begin(egress, 100);
    small.output(Stream.STDOUT, "w ".repeat(20) + own + " w".repeat(200) + own.substring(0, 20));
    small.finishOutput();
    assertFalse(small.text(Stream.STDOUT).contains(own.substring(0, 10)), small.text(Stream.STDOUT));
  }

  // When the filter itself fails, as it does here when it is given what is no text.

  @Test
  void withholdsWhatItCouldNotFilter() {
    try (CapturedLog log = new CapturedLog(Passage.class)) {
      ExecutionError error = passage.error(new ExecutionError("Fine", noText(), "also fine"));
      assertEquals(new ExecutionError("Fine", "[WITHHELD:filter-failure]", "also fine"), error);
      assertEquals(List.of(EgressFinding.ofWhole("filter-failure", "error", "withheld")), passage.findings());
      assertTrue(log.events().getFirst().startsWith("ERROR"), log::text);
    }
  }

  @Test
  void withholdsTheResultThatItCouldNotFilter() {
    assertEquals("[WITHHELD:filter-failure]", passage.result(noText()));
    assertEquals("result", passage.findings().getFirst().channel());
  }

  @Test
  void withholdsVariablesThatItCouldNotFilter() {
    Map<String, @Nullable Object> locals = new LinkedHashMap<>();
    locals.put("fine", "text");
    locals.put("odd", List.of(new Object()));
    assertEquals(Map.of("fine", "text", "odd", "[WITHHELD:filter-failure]"), passage.locals(locals));
    assertEquals("withheld", passage.findings().getFirst().action());
  }

  @Test
  void withholdsAllOutputOnceOnePieceFailed() {
    passage.output(Stream.STDOUT, "before " + own);
    passage.output(Stream.STDERR, noText());
    passage.output(Stream.STDOUT, "after");
    passage.finishOutput();
    assertEquals("[WITHHELD:filter-failure]", passage.text(Stream.STDOUT));
    assertEquals("[WITHHELD:filter-failure]", passage.text(Stream.STDERR));
    assertEquals(1, passage.findings().size());
    assertEquals("output", passage.findings().getFirst().channel());
  }

  @Test
  void withholdsOutputThatComesAfterItsEnd() {
    passage.output(Stream.STDOUT, "a");
    passage.finishOutput();
    passage.output(Stream.STDOUT, own);
    assertEquals("[WITHHELD:filter-failure]", passage.text(Stream.STDOUT));
  }

  @Test
  void writesNothingOfTheGuestsIntoTheLogWhenItFails() {
    try (CapturedLog log = new CapturedLog(Passage.class)) {
      Map<String, @Nullable Object> locals = new LinkedHashMap<>();
      locals.put("HOSTILE", List.of(new Object(), "HOSTILE"));
      passage.locals(locals);
      passage.error(new ExecutionError("HOSTILE", noText(), "HOSTILE"));
      assertFalse(log.text().contains("HOSTILE"), log::text);
      assertTrue(log.events().size() >= 2, log::text);
    }
  }

  @SuppressWarnings("NullAway") // That is the fault.
  private static String noText() {
    return null;
  }

  private static void assertNothingOf(String secret, Object value) {
    try {
      String json = new ObjectMapper().findAndRegisterModules().writeValueAsString(value);
      assertFalse(json.contains(secret), json);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static String random(int length) {
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    List<String> characters = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      characters.add(String.valueOf(alphabet.charAt(RANDOM.nextInt(alphabet.length()))));
    }
    return String.join("", characters);
  }
}
