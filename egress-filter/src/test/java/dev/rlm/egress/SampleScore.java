package dev.rlm.egress;

import dev.rlm.egress.LabelledSamples.Sample;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Scores the filter on labelled samples and lists what is wrong: {@code SampleScore FOLDER [-v]} for
 * a folder, {@code SampleScore heldout:SET[:SEED] [-v]} for a set of {@link HeldOut}.
 */
final class SampleScore {

  private SampleScore() {}

  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    EgressFilter filter = EgressFilter.builder().build();
    boolean verbose = args.length > 1;
    for (List<Sample> samples : files(args[0])) {
      score(filter, samples, verbose, out);
    }
  }

  private static List<List<Sample>> files(String source) throws IOException {
    List<List<Sample>> files = new ArrayList<>();
    if (source.startsWith("heldout:")) {
      String[] parts = source.split(":", -1);
      long seed = parts.length > 2 ? Long.parseLong(parts[2]) : 1;
      new HeldOut(Integer.parseInt(parts[1]), seed)
          .samples().stream()
              .collect(Collectors.groupingBy(Sample::file, TreeMap::new, Collectors.toList()))
              .forEach((file, samples) -> files.add(samples));
      return files;
    }
    for (String name : List.of("gitleaks", "noseyparker", "generated", "disputed")) {
      files.add(LabelledSamples.read(Path.of(source, name + ".jsonl")));
    }
    return files;
  }

  private static void score(
      EgressFilter filter, List<Sample> samples, boolean verbose, PrintStream out) {
    int secrets = 0;
    int redacted = 0;
    int benign = 0;
    int clean = 0;
    for (Sample sample : samples) {
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
      if (!good && verbose) {
        print(sample, result.text(), out);
      }
    }
    out.printf(
        "%-18s recall %4d/%4d = %.4f   clean %4d/%4d = %.4f%n",
        samples.getFirst().file(),
        redacted,
        secrets,
        (double) redacted / Math.max(1, secrets),
        clean,
        benign,
        (double) clean / Math.max(1, benign));
  }

  private static void print(Sample sample, String result, PrintStream out) {
    String text = sample.isSecret() ? sample.text() : result;
    String mark = sample.isSecret() ? sample.secret() : "[REDACTED";
    out.printf(
        "%s %s %s | %s%n",
        sample.isSecret() ? "MISS" : "FALSE",
        sample.file() + "/" + sample.service(),
        shown(sample.secret(), 30),
        shown(text.substring(Math.max(0, text.indexOf(mark) - 60)), 170));
  }

  private static String shown(String text, int length) {
    String line = text.replace("\n", "\\n");
    return line.length() > length ? line.substring(0, length) : line;
  }
}
