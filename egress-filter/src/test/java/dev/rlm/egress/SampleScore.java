package dev.rlm.egress;

import dev.rlm.egress.LabelledSamples.Sample;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Scores the filter on labelled samples and lists what is wrong: {@code SampleScore FOLDER [-v]} for
 * a folder, {@code SampleScore heldout:SET[:SEED] [-v]} for a set of {@link HeldOut}.
 */
final class SampleScore {

  /** Counts over samples. */
  record Score(int secrets, int redacted, int benign, int untouched) {

    /** What the filter makes of samples. */
    static Score of(EgressFilter filter, List<Sample> samples) {
      return count(samples, sample -> isGood(sample, filtered(filter, sample)));
    }

    /** What a scanner makes of samples, which tells only in which it found something. */
    static Score of(List<Sample> samples, Set<Integer> found) {
      return count(samples, sample -> sample.isSecret() == found.contains(samples.indexOf(sample)));
    }

    private static Score count(List<Sample> samples, Predicate<Sample> good) {
      int[] counts = new int[4];
      for (Sample sample : samples) {
        int at = sample.isSecret() ? 0 : 2;
        counts[at]++;
        counts[at + 1] += good.test(sample) ? 1 : 0;
      }
      return new Score(counts[0], counts[1], counts[2], counts[3]);
    }

    double recall() {
      return (double) redacted / Math.max(1, secrets);
    }

    double clean() {
      return (double) untouched / Math.max(1, benign);
    }
  }

  private SampleScore() {}

  private static String filtered(EgressFilter filter, Sample sample) {
    return filter.openSession().filter(Channel.STDOUT, sample.text()).text();
  }

  private static boolean isGood(Sample sample, String result) {
    return sample.isSecret()
        ? LabelledSamples.isRedacted(sample.text(), sample.secret(), result)
        : result.equals(sample.text());
  }

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
    for (Sample sample : samples) {
      String result = filtered(filter, sample);
      if (verbose && !isGood(sample, result)) {
        print(sample, result, out);
      }
    }
    Score score = Score.of(filter, samples);
    out.printf(
        "%-18s recall %4d/%4d = %.4f   clean %4d/%4d = %.4f%n",
        samples.getFirst().file(),
        score.redacted(),
        score.secrets(),
        score.recall(),
        score.untouched(),
        score.benign(),
        score.clean());
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
