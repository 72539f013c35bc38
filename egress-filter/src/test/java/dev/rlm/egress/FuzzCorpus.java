package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Saved inputs that once were of interest, and random changes to them. */
final class FuzzCorpus {

  private FuzzCorpus() {}

  /**
   * The saved corpus: samples between lines of {@code ====}, with {@code <>} as a break that is
   * taken out.
   */
  static List<byte[]> read() {
    try (InputStream in =
        Objects.requireNonNull(FuzzCorpus.class.getResourceAsStream("/fuzz/corpus.txt"))) {
      List<byte[]> samples = new ArrayList<>();
      for (String sample : new String(in.readAllBytes(), UTF_8).split("\n====\n", -1)) {
        samples.add(sample.replace("<>", "").getBytes(UTF_8));
      }
      return samples;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Joins, cuts, repeats and damages samples. */
  static byte[] mutate(Random random, List<byte[]> corpus) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int parts = 1 + random.nextInt(4);
    for (int i = 0; i < parts; i++) {
      byte[] sample = corpus.get(random.nextInt(corpus.size()));
      int from = random.nextInt(4) == 0 ? random.nextInt(sample.length + 1) : 0;
      int to =
          random.nextInt(4) == 0 ? from + random.nextInt(sample.length - from + 1) : sample.length;
      for (int n = random.nextInt(12) == 0 ? 5 : 1; n > 0; n--) {
        out.write(sample, from, to - from);
      }
      out.write(" \n,\"=".charAt(random.nextInt(5)));
    }
    byte[] bytes = out.toByteArray();
    for (int i = random.nextInt(6); i > 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }
}
