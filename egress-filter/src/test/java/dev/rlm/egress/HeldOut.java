package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rlm.egress.LabelledSamples.Sample;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;

/**
 * Labelled samples that no rule was written from: services' documented formats in the notations in
 * which people write them, whole snippets with their secrets between {@code ⟦} and {@code ⟧}, and
 * harmless snippets with random values between {@code ‹} and {@code ›}. The files hold shapes, and
 * the values are made up from a seed.
 */
final class HeldOut {

  /** How many sets there are. */
  static final int SETS = 13;

  private static final int CARRIERS_PER_SERVICE = 4;

  private final String set;
  private final Random random;
  private final MadeUp values;

  /** Takes the number of a set and a seed. */
  HeldOut(int set, long seed) {
    this.set = Integer.toString(set);
    random = new Random(seed);
    values = new MadeUp(random);
  }

  /** All samples of the set. A snippet with several secrets gives a sample for each. */
  List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    services(samples);
    snippets("secrets", true, samples);
    snippets("benign", false, samples);
    return samples;
  }

  private void services(List<Sample> samples) {
    List<String> named = new ArrayList<>();
    List<String> plain = new ArrayList<>();
    List<String> section = named;
    for (String line : lines("carriers")) {
      switch (line) {
        case "named" -> section = named;
        case "plain" -> section = plain;
        default -> section.add(line.replace("\\n", "\n").replace("\\\"", "\\\""));
      }
    }
    for (String line : lines("services")) {
      String[] fields = line.split(" \\| ", -1);
      boolean tells = fields.length > 3;
      for (int i = 0; i < CARRIERS_PER_SERVICE; i++) {
        boolean bare = tells && random.nextInt(4) == 0;
        List<String> from = bare ? plain : named;
        String carrier = from.get(random.nextInt(from.size()));
        String shape = fields[2].contains("⟦") ? fields[2] : "⟦" + fields[2] + "⟧";
        List<String> secrets = new ArrayList<>();
        String text = fill(carrier, fields[0], fields[1], instance(marked(shape), secrets));
        samples.add(new Sample("services-" + set, fields[0], text, secrets.getFirst(), true));
      }
    }
  }

  /** The shape with its parts outside of the secret marked as values that are none. */
  private static String marked(String shape) {
    return ("‹" + shape.replace("⟦", "›⟦").replace("⟧", "⟧‹") + "›").replace("‹›", "");
  }

  private static String fill(String carrier, String service, String name, String secret) {
    String pascal = pascal(name);
    return carrier
        .replace("$$", "\u0000")
        .replace("$N", name.toUpperCase(Locale.ROOT))
        .replace("$n", name)
        .replace("$c", Character.toLowerCase(pascal.charAt(0)) + pascal.substring(1))
        .replace("$P", pascal)
        .replace("$k", name.replace('_', '-'))
        .replace("$d", name.replace('_', '.'))
        .replace("$s", service)
        .replace("$v", secret)
        .replace('\u0000', '$');
  }

  private static String pascal(String name) {
    StringBuilder out = new StringBuilder();
    for (String part : name.split("_", -1)) {
      out.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
    }
    return out.toString();
  }

  private void snippets(String name, boolean secret, List<Sample> samples) {
    int number = 0;
    for (String snippet : resource(name).split("\n====\n", -1)) {
      List<String> secrets = new ArrayList<>();
      String text = instance(snippet.replace("<>", "").stripTrailing(), secrets);
      number++;
      if (!secret) {
        samples.add(new Sample(name + "-" + set, Integer.toString(number), text, "", false));
      }
      for (String value : secrets) {
        samples.add(new Sample(name + "-" + set, Integer.toString(number), text, value, true));
      }
    }
  }

  private String instance(String snippet, List<String> secrets) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < snippet.length()) {
      char c = snippet.charAt(at);
      if (c == '⟦' || c == '‹') {
        int close = snippet.indexOf(c == '⟦' ? '⟧' : '›', at);
        String value = values.of(snippet.substring(at + 1, close));
        if (c == '⟦') {
          secrets.add(value);
        }
        out.append(value);
        at = close + 1;
      } else {
        out.append(c);
        at++;
      }
    }
    return out.toString();
  }

  private List<String> lines(String name) {
    return resource(name)
        .lines()
        .filter(line -> !line.isEmpty() && !line.startsWith("# "))
        .toList();
  }

  private String resource(String name) {
    String path = "/heldout/" + name + "-" + set + ".txt";
    try (InputStream in = Objects.requireNonNull(HeldOut.class.getResourceAsStream(path), path)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
