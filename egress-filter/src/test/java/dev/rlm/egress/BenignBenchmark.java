package dev.rlm.egress;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** How much harmless text is touched. */
final class BenignBenchmark {

  private final BenchmarkTable table;
  private final EgressFilter filter = EgressFilter.builder().build();

  BenignBenchmark(BenchmarkTable table) {
    this.table = table;
  }

  void run() throws IOException {
    table.section("harmless text");
    long bytes = 0;
    long redactions = 0;
    long lost = 0;
    double worst = 0;
    for (Map.Entry<String, List<byte[]>> corpus : BenignCorpora.all().entrySet()) {
      long corpusBytes = 0;
      long corpusRedactions = 0;
      for (byte[] file : corpus.getValue()) {
        long redacted = 0;
        EgressExecution execution = filter.openSession().begin((channel, released) -> {});
        execution.write(Channel.STDOUT, file);
        EgressReport report = execution.finish();
        corpusRedactions += report.redactions();
        for (Finding finding : report.findings()) {
          redacted += finding.length();
          if (System.getProperty("show") != null) {
            int from = (int) Math.max(0, finding.offset() - 30);
            int to =
                (int) Math.min(file.length, finding.offset() + Math.min(60, finding.length()) + 5);
            System.out.println(
                corpus.getKey()
                    + " "
                    + finding.ruleId()
                    + finding.decodeChain()
                    + " | "
                    + new String(file, from, to - from, java.nio.charset.StandardCharsets.UTF_8)
                        .replace("\n", "\\n"));
          }
        }
        lost += redacted;
        worst = Math.max(worst, file.length < 2000 ? 0 : 100.0 * redacted / file.length);
        if (System.getProperty("show") != null && 100.0 * redacted / file.length > 0.5) {
          System.out.println("FILE " + corpus.getKey() + " " + file.length + " " + redacted);
        }
        corpusBytes += file.length;
      }
      table.note(
          corpus.getKey() + " (" + corpusBytes / 1000 + " kB)",
          corpusRedactions * 1e6 / corpusBytes,
          "redactions/MB");
      bytes += corpusBytes;
      redactions += corpusRedactions;
    }
    table.atMost("all corpora: redactions per MB", redactions * 1e6 / bytes, 0.5, "/MB");
    table.atMost("all corpora: bytes touched", 100.0 * lost / bytes, 0.01, "%");
    table.atMost("worst file of 2 kB or more", worst, 1, "%");
  }
}
