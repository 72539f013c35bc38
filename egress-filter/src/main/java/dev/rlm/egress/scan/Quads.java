package dev.rlm.egress.scan;

import dev.rlm.egress.match.AnchorIndex;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How common four characters in a row are, so that a literal is searched by its least common ones. The
 * resource has those that harmless text and code have most often, the most frequent first: each of
 * its last ones still stands once in some tens of thousands of bytes. Cases are told apart by no bit
 * that {@link AnchorIndex} looks at, so they are here neither.
 */
final class Quads implements AnchorIndex.Commonness {

  private static final int FOLD = 0x20;
  private static final int LENGTH = 4;
  private static final List<String> MOST = load();
  private final Map<String, Integer> commonness = new HashMap<>();

  Quads() {
    for (int rank = 0; rank < MOST.size(); rank++) {
      commonness.put(MOST.get(rank), MOST.size() - rank);
    }
  }

  @Override
  public List<String> most() {
    return MOST;
  }

  /** More for what is more common; for what is not among the most common, by {@link Bigrams}. */
  @Override
  public double of(byte[] text, int start, int end) {
    StringBuilder folded = new StringBuilder(LENGTH);
    for (int i = start; i < end; i++) {
      folded.append((char) ((text[i] & 0xff) | FOLD));
    }
    Integer listed = commonness.get(folded.toString());
    return listed == null ? Bigrams.mean(text, start, end) : listed;
  }

  private static List<String> load() {
    try (InputStream stream = Quads.class.getResourceAsStream("/dev/rlm/egress/quads.txt")) {
      if (stream == null) {
        throw new IllegalStateException("the list of common characters is missing from the jar");
      }
      return new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
