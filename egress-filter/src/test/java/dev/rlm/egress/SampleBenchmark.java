package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rlm.egress.LabelledSamples.Sample;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** What is found in labelled samples: plain, cut anywhere, over two streams, and in disguise. */
final class SampleBenchmark {

  private static final long SEED = 20261129;

  /** Longer samples are cut at so many places, shorter ones everywhere. */
  private static final int MOST_CUTS = 400;

  private final BenchmarkTable table;
  private final List<Sample> samples = new ArrayList<>();
  private final EgressFilter filter = EgressFilter.builder().build();

  SampleBenchmark(BenchmarkTable table, Path folder) throws IOException {
    this.table = table;
    for (String name : List.of("gitleaks", "noseyparker", "generated")) {
      Path file = folder.resolve(name + ".jsonl");
      if (Files.exists(file)) {
        samples.addAll(LabelledSamples.read(file));
      }
    }
  }

  void score() {
    table.section("labelled samples (" + samples.size() + ")");
    long secrets = samples.stream().filter(Sample::isSecret).count();
    long redacted =
        samples.stream()
            .filter(
                s ->
                    s.isSecret()
                        && LabelledSamples.isRedacted(s.text(), s.secret(), whole(s.text())))
            .count();
    long benign = samples.size() - secrets;
    long clean =
        samples.stream().filter(s -> !s.isSecret() && whole(s.text()).equals(s.text())).count();
    table.atLeast(
        "secrets without a surviving run of 8 characters",
        (double) redacted / secrets,
        0.99,
        "share");
    table.atLeast("benign samples unchanged", (double) clean / benign, 0.97, "share");
  }

  /** Samples that no rule was written from, beside what other scanners see of them. */
  static void heldOut(BenchmarkTable table) throws IOException, InterruptedException {
    table.section("held-out samples");
    table.note("rules", RuleSet.standard().ids().size(), "");
    EgressFilter filter = EgressFilter.builder().build();
    for (int set = 1; set <= HeldOut.SETS; set++) {
      List<Sample> samples = new HeldOut(set, SEED).samples();
      SampleScore.Score score = SampleScore.Score.of(filter, samples);
      table.atLeast("set " + set + ": secrets redacted", score.recall(), 0.95, "share");
      table.atMost("set " + set + ": harmless samples touched", 1 - score.clean(), 0.05, "share");
      peers(table, "set " + set, samples);
    }
  }

  /** Other scanners on the labelled samples. */
  void scorePeers() throws IOException, InterruptedException {
    peers(table, "labelled", samples);
  }

  /** A sample counts as found by a scanner that reports anything in it at all. */
  private static void peers(BenchmarkTable table, String what, List<Sample> samples)
      throws IOException, InterruptedException {
    List<String> texts = samples.stream().map(Sample::text).toList();
    for (Peers.Peer peer : Peers.ALL) {
      if (!peer.isInstalled()) {
        table.remark(peer.name() + " is not installed");
        continue;
      }
      Set<Integer> found = peer.findsIn(texts);
      SampleScore.Score score = SampleScore.Score.of(samples, found);
      table.note(what + ": " + peer.name() + ": secrets reported", score.recall(), "share");
      table.note(what + ": " + peer.name() + ": harmless samples reported", 1 - score.clean(), "share");
    }
  }

  void splits() {
    table.section("every split position of every labelled sample");
    long positions = 0;
    long same = 0;
    long sameOverStreams = 0;
    for (Sample sample : samples) {
      byte[] bytes = sample.text().getBytes(UTF_8);
      if (bytes.length > 3000) {
        continue;
      }
      String expected = whole(sample.text());
      int step = Math.max(1, bytes.length / MOST_CUTS);
      for (int i = 1; i < bytes.length; i += step) {
        positions++;
        same += expected.equals(split(bytes, i, Channel.STDOUT)) ? 1 : 0;
        String overStreams = split(bytes, i, Channel.STDERR);
        sameOverStreams += expected.equals(overStreams) ? 1 : 0;
        if (System.getProperty("show") != null && !expected.equals(overStreams)) {
          System.out.println("SPLIT " + sample.service() + " at " + i + " of " + sample.text());
          System.out.println("  one " + expected);
          System.out.println("  two " + overStreams);
        }
      }
    }
    table.note("positions tried", (double) positions, "");
    table.atLeast("same result when split", (double) same / positions, 1, "share");
    table.atLeast(
        "same result when split over two streams",
        (double) sameOverStreams / positions,
        1,
        "share");
  }

  void disguises() {
    table.section("disguised secrets (each labelled secret in its sample)");
    double sum = 0;
    Map<String, UnaryOperator<String>> all = Disguises.ofSecrets();
    for (Map.Entry<String, UnaryOperator<String>> disguise : all.entrySet()) {
      int tried = 0;
      int found = 0;
      for (Sample sample : samples) {
        if (!sample.isSecret() || sample.secret().length() < 8 || sample.secret().length() > 2000) {
          continue;
        }
        String hidden = disguise.getValue().apply(sample.secret());
        String text = sample.text().replace(sample.secret(), hidden);
        tried++;
        found += LabelledSamples.isRedacted(text, hidden, whole(text)) ? 1 : 0;
      }
      double recall = (double) found / tried;
      sum += recall;
      table.note(disguise.getKey(), recall, "share");
    }
    table.atLeast("mean over " + all.size() + " disguises", sum / all.size(), 0.95, "share");
  }

  private String whole(String text) {
    return filter.openSession().filter(Channel.STDOUT, text).text();
  }

  private String split(byte[] bytes, int at, Channel second) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EgressExecution execution =
        filter.openSession().begin((channel, released) -> out.writeBytes(released));
    execution.write(Channel.STDOUT, bytes, 0, at);
    execution.write(second, bytes, at, bytes.length - at);
    execution.finish();
    return out.toString(UTF_8);
  }
}
