package dev.rlm.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.egress.rule.CompiledRule;
import dev.rlm.egress.rule.Rule;
import dev.rlm.egress.scan.ScanBudget;
import dev.rlm.egress.scan.Scanner;
import dev.rlm.egress.scan.Span;
import dev.rlm.egress.scan.TokenRuns;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every rule of the standard set is tested by the examples that it carries. */
class RuleExamplesTest {

  private static final List<Rule> RULES = RuleSet.standard().rules();

  @Test
  void thereAreEnoughRulesAndEachHasItsOwnId() {
    assertTrue(RULES.size() >= 150, RULES.size() + " rules");
    Set<String> ids = new HashSet<>();
    for (Rule rule : RULES) {
      assertTrue(ids.add(rule.id()), rule.id());
      assertFalse(rule.description().isBlank(), rule.id());
      assertFalse(rule.examples().isEmpty(), rule.id());
    }
  }

  @TestFactory
  Stream<DynamicTest> everyExampleIsFoundWhole() {
    return RULES.stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.id(),
                    () -> rule.examples().forEach(example -> checkExample(rule, example))));
  }

  @TestFactory
  Stream<DynamicTest> everyCounterExampleIsLeftAlone() {
    return RULES.stream()
        .filter(rule -> !rule.counterExamples().isEmpty())
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.id(),
                    () -> rule.counterExamples().forEach(text -> checkCounterExample(rule, text))));
  }

  /** Who looks for pieces of a secret in what came out must not find them in the marker. */
  @TestFactory
  Stream<DynamicTest> noMarkerRepeatsEightCharactersOfWhatItHides() {
    return RULES.stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.id(),
                    () -> {
                      for (String example : rule.examples()) {
                        String text = example.replace("<>", "");
                        String secret = text.substring(text.indexOf('⟦') + 1, text.indexOf('⟧'));
                        String marker = "[REDACTED:" + rule.id() + "]";
                        for (int i = 0; i + 8 <= secret.length(); i++) {
                          assertFalse(marker.contains(secret.substring(i, i + 8)), secret);
                        }
                      }
                    }));
  }

  private static void checkExample(Rule rule, String example) {
    String text = example.replace("<>", "");
    int start = text.indexOf('⟦');
    int end = text.indexOf('⟧') - 1;
    String plain = text.replace("⟦", "").replace("⟧", "");
    List<Span> found = scan(rule, plain);
    assertTrue(
        found.stream()
            .anyMatch(
                span ->
                    span.start() == start && span.end() == end && span.rule().equals(rule.id())),
        () -> "expected " + start + ".." + end + " in " + plain + " but found " + found);
  }

  private static void checkCounterExample(Rule rule, String text) {
    assertEquals(
        List.of(),
        scan(rule, text.replace("<>", "")).stream()
            .filter(span -> span.rule().equals(rule.id()))
            .toList());
  }

  private static List<Span> scan(Rule rule, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<Span> found = new ArrayList<>();
    new Scanner(List.of(new CompiledRule(rule)))
        .scan(bytes, bytes.length, TokenRuns.of(bytes, bytes.length), new ScanBudget(), found);
    return found;
  }
}
