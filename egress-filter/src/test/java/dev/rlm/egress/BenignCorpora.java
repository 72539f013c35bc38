package dev.rlm.egress;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Harmless text from installed packages, and harmless data made up with a fixed seed. */
final class BenignCorpora {

  private static final int PER_CORPUS = 12_000_000;

  private BenignCorpora() {}

  /** Corpora by name, each a list of files. */
  static Map<String, List<byte[]>> all() throws IOException {
    Map<String, List<byte[]>> corpora = new LinkedHashMap<>();
    corpora.put("Java sources", javaSources());
    corpora.put("Python sources", files(Path.of("/usr/lib"), ".py"));
    corpora.put("scripts and headers", files(Path.of("/usr/include"), ".h"));
    corpora.put("JavaScript", files(Path.of("/usr/share"), ".js"));
    corpora.put("manual pages, all languages", manuals());
    corpora.put("documents", documents());
    Random random = new Random(20260101);
    corpora.put("logs with hashes and UUIDs", made(random, BenignCorpora::logLine));
    corpora.put("CSV", made(random, BenignCorpora::csvLine));
    corpora.put("FASTA", made(random, BenignCorpora::fastaLine));
    corpora.put("lock files", made(random, BenignCorpora::lockLine));
    corpora.put("base64 images", images(random));
    corpora.values().removeIf(List::isEmpty);
    return corpora;
  }

  static List<byte[]> javaSources() throws IOException {
    List<byte[]> files = new ArrayList<>();
    Path zip = Path.of(System.getProperty("java.home"), "lib", "src.zip");
    if (!Files.exists(zip)) {
      return files;
    }
    try (ZipFile sources = new ZipFile(zip.toFile())) {
      List<? extends ZipEntry> entries =
          sources.stream().filter(e -> e.getName().endsWith(".java")).toList();
      int step = 1 + entries.size() / 1000;
      for (int i = 0; i < entries.size(); i += step) {
        try (InputStream in = sources.getInputStream(entries.get(i))) {
          files.add(in.readAllBytes());
        }
      }
    }
    return limited(files);
  }

  private static List<byte[]> files(Path root, String suffix) throws IOException {
    return read(root, path -> path.toString().endsWith(suffix));
  }

  private static List<byte[]> documents() throws IOException {
    return read(Path.of("/usr/share/doc"), path -> !path.toString().endsWith(".gz"));
  }

  private static List<byte[]> manuals() throws IOException {
    return read(Path.of("/usr/share/man"), path -> path.toString().endsWith(".gz"));
  }

  private static List<byte[]> read(Path root, java.util.function.Predicate<Path> wanted)
      throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(root)) {
      paths =
          walk.filter(Files::isRegularFile)
              .filter(Files::isReadable)
              .filter(wanted)
              .sorted()
              .toList();
    }
    List<byte[]> files = new ArrayList<>();
    int step = 1 + paths.size() / 1500;
    for (int i = 0; i < paths.size(); i += step) {
      try (InputStream in = Files.newInputStream(paths.get(i))) {
        files.add(
            (paths.get(i).toString().endsWith(".gz") ? new GZIPInputStream(in) : in)
                .readAllBytes());
      }
    }
    return limited(files);
  }

  private static List<byte[]> limited(List<byte[]> files) {
    List<byte[]> kept = new ArrayList<>();
    int size = 0;
    for (byte[] file : files) {
      if (file.length > 0 && size + file.length <= PER_CORPUS && !holdsKey(file)) {
        kept.add(file);
        size += file.length;
      }
    }
    return kept;
  }

  /** Some packages document themselves with private keys, or the key of a TLS session, which are not harmless text. */
  private static boolean holdsKey(byte[] file) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    return text.contains(" PRIVATE KEY-----\nMI") || text.contains("Master\\-Key: ");
  }

  private interface Line {
    String next(Random random, int number);
  }

  private static List<byte[]> made(Random random, Line line) {
    List<byte[]> files = new ArrayList<>();
    for (int file = 0; file < 20; file++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; text.length() < 100_000; i++) {
        text.append(line.next(random, i)).append('\n');
      }
      files.add(text.toString().getBytes(StandardCharsets.UTF_8));
    }
    return files;
  }

  private static String hex(Random random, int bytes) {
    byte[] value = new byte[bytes];
    random.nextBytes(value);
    return HexFormat.of().formatHex(value);
  }

  private static String logLine(Random random, int number) {
    return switch (number % 5) {
      case 0 ->
          "2026-01-0"
              + (1 + random.nextInt(9))
              + "T12:0"
              + random.nextInt(9)
              + ":11.123Z INFO  [worker-"
              + random.nextInt(32)
              + "] request "
              + new UUID(random.nextLong(), random.nextLong())
              + " took "
              + random.nextInt(900)
              + " ms";
      case 1 ->
          "commit " + hex(random, 20) + " (HEAD -> main, tag: v1." + random.nextInt(20) + ".0)";
      case 2 ->
          "sha256:"
              + hex(random, 32)
              + "  layer "
              + random.nextInt(40)
              + " pulled, "
              + random.nextInt(1 << 28)
              + " bytes";
      case 3 ->
          "10.0."
              + random.nextInt(255)
              + "."
              + random.nextInt(255)
              + " - - \"GET /api/v1/items/"
              + random.nextInt(1 << 30)
              + "?page="
              + random.nextInt(90)
              + "&sort=name HTTP/1.1\" 200 "
              + random.nextInt(90000);
      default ->
          "md5 "
              + hex(random, 16)
              + " etag \""
              + hex(random, 8)
              + "\" trace_id="
              + hex(random, 16)
              + " span_id="
              + hex(random, 8);
    };
  }

  private static String csvLine(Random random, int number) {
    StringBuilder line = new StringBuilder().append(number);
    for (int i = 0; i < 12; i++) {
      line.append(',')
          .append(
              i % 3 == 0
                  ? Integer.toString(random.nextInt())
                  : Double.toString(random.nextGaussian()));
    }
    return line.append(",item-").append(random.nextInt(1000)).append(",2026-01-01").toString();
  }

  private static String fastaLine(Random random, int number) {
    return number % 60 == 0
        ? ">sp|P" + (10000 + random.nextInt(80000)) + "|ALBU_HUMAN sequence " + number
        : Samples.random(random, number % 120 < 60 ? "ACGT" : "ACDEFGHIKLMNPQRSTVWY", 60);
  }

  private static String lockLine(Random random, int number) {
    byte[] digest = new byte[64];
    random.nextBytes(digest);
    byte[] shorter = new byte[32];
    random.nextBytes(shorter);
    return switch (number % 4) {
      case 0 ->
          "      \"integrity\": \"sha512-" + Base64.getEncoder().encodeToString(digest) + "\",";
      case 1 -> "checksum = \"" + hex(random, 32) + "\"";
      case 2 ->
          "golang.org/x/net v0."
              + random.nextInt(40)
              + ".0 h1:"
              + Base64.getEncoder().encodeToString(shorter);
      default ->
          "    {file = \"package-"
              + random.nextInt(99)
              + ".whl\", hash = \"sha256:"
              + hex(random, 32)
              + "\"},";
    };
  }

  private static List<byte[]> images(Random random) {
    List<byte[]> files = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      byte[] image = new byte[30_000];
      random.nextBytes(image);
      System.arraycopy(
          new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13}, 0, image, 0, 12);
      String encoded =
          i % 2 == 0
              ? Base64.getEncoder().encodeToString(image)
              : Base64.getMimeEncoder().encodeToString(image);
      files.add(
          ("<img alt=\"plot\" src=\"data:image/png;base64," + encoded + "\">\n")
              .getBytes(StandardCharsets.UTF_8));
    }
    return files;
  }
}
