package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What holds for whatever bytes come, tried on mutations of a saved corpus. {@code -Dseed=N}
 * repeats a run, {@code -Dfuzz=N} sets its length.
 */
class PropertiesTest {

  private static final int MARKER = 96;

  private final EgressFilter filter =
      EgressFilter.builder().policy(EgressPolicy.defaults().withMaximumFindings(100_000)).build();

  private record Result(String text, EgressReport report) {
    byte[] output() {
      return text.getBytes(ISO_8859_1);
    }
  }

  private Result run(byte[] input) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EgressExecution execution =
        filter.openSession().begin((channel, bytes) -> out.writeBytes(bytes));
    execution.write(Channel.STDOUT, input);
    EgressReport report = execution.finish();
    return new Result(out.toString(ISO_8859_1), report);
  }

  @Test
  void holdForMutationsOfTheCorpus() {
    Random random = Samples.seeded();
    List<byte[]> corpus = FuzzCorpus.read();
    for (int round = 0; round < Integer.getInteger("fuzz", 1500); round++) {
      byte[] input = FuzzCorpus.mutate(random, corpus);
      Result once = run(input);
      check(input, once);
      Result twice = run(once.output());
      assertEquals(
          once.text(), twice.text(), () -> "not idempotent for " + new String(input, ISO_8859_1));
    }
  }

  /** Every redaction makes a little more of it look like the value before: a fuzzer found it. */
  @Test
  void filteringAgainChangesNothingOfTextThatIsSpelledInItself() {
    String token = "Z2hwXzFCNGEyZTc3ODM4MzQ3YTdFNDIwY2UxNzhGMkU3YzY5MTJFMQ";
    String spelled = "s e c r e t - i s - h u n t e r 2 h u n t e r 2";
    byte[] input =
        ("password = 'tr0\u00acb4d," + token + "===" + spelled.repeat(5)).getBytes(ISO_8859_1);
    String once = run(input).text();
    assertEquals(once, run(once.getBytes(ISO_8859_1)).text());
  }

  private static void check(byte[] input, Result result) {
    assertTrue(result.output().length <= input.length + MARKER * result.report().redactions());
    StringBuilder expected = new StringBuilder();
    int at = 0;
    List<Finding> findings =
        result.report().findings().stream()
            .sorted(Comparator.comparingLong(Finding::offset))
            .toList();
    for (Finding finding : findings) {
      assertTrue(
          finding.offset() >= at && finding.offset() + finding.length() <= input.length,
          finding.toString());
      expected.append(new String(input, at, (int) finding.offset() - at, ISO_8859_1));
      expected.append("[REDACTED:").append(finding.ruleId()).append(']');
      at = (int) finding.offset() + finding.length();
    }
    expected.append(new String(input, at, input.length - at, ISO_8859_1));
    assertEquals(expected.toString(), result.text());
  }

  @Test
  void theTimeIsBoundedWhateverComes() {
    Random random = new Random(12);
    byte[] noise = new byte[300_000];
    random.nextBytes(noise);
    check(noise, run(noise));
    byte[] zeros = new byte[300_000];
    assertEquals(zeros.length, run(zeros).output().length);
    byte[] flood = "key=token=secret:password=ghp_eyJ".repeat(10_000).getBytes(ISO_8859_1);
    check(flood, run(flood));
  }
}
