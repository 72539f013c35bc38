package dev.rlm.egress;

import dev.rlm.egress.LabelledSamples.Sample;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Scores the filter on folders of labelled samples: {@code SampleScore FOLDER [-v]}. */
final class SampleScore {

  private SampleScore() {}

  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    EgressFilter filter = EgressFilter.builder().build();
    boolean verbose = args.length > 1;
    for (String name : List.of("gitleaks", "noseyparker", "generated", "disputed")) {
      int secrets = 0;
      int redacted = 0;
      int benign = 0;
      int clean = 0;
      for (Sample sample : LabelledSamples.read(Path.of(args[0], name + ".jsonl"))) {
        FilteredText result = filter.openSession().filter(Channel.STDOUT, sample.text());
        boolean good;
        if (sample.isSecret()) {
          good = LabelledSamples.isRedacted(sample.text(), sample.secret(), result.text());
          secrets++;
          redacted += good ? 1 : 0;
        } else {
          good = result.text().equals(sample.text());
          benign++;
          clean += good ? 1 : 0;
        }
        if (!good && verbose && !name.equals("disputed")) {
          String text = sample.isSecret() ? sample.text() : result.text();
          int at =
              sample.isSecret()
                  ? Math.max(0, text.indexOf(sample.secret()) - 60)
                  : Math.max(0, text.indexOf("[REDACTED") - 60);
          out.printf(
              "%s %s %s | %s%n",
              sample.isSecret() ? "MISS" : "FALSE",
              name + "/" + sample.service(),
              shown(sample.secret(), 30),
              shown(text.substring(at), 170));
        }
      }
      out.printf(
          "%-12s recall %4d/%4d = %.4f   clean %4d/%4d = %.4f%n",
          name,
          redacted,
          secrets,
          (double) redacted / secrets,
          clean,
          benign,
          (double) clean / Math.max(1, benign));
    }
  }

  private static String shown(String text, int length) {
    String line = text.replace("\n", "\\n");
    return line.length() > length ? line.substring(0, length) : line;
  }
}
