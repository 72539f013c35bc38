package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.Deflater;

/** Texts made to be slow. */
final class WorstCaseBenchmark {

  private static final int SIZE = 8_000_000;

  /** The first ones pay for the compiler, which has not met such text before. */
  private static final int ROUNDS = 8;

  private final BenchmarkTable table;
  private final EgressFilter filter = EgressFilter.builder().build();

  WorstCaseBenchmark(BenchmarkTable table) {
    this.table = table;
  }

  void run() {
    table.section("texts made to be slow (8 MB each, 100 MB context)");
    ContextIndex index = filter.index(SyntheticText.prose(3, 100_000_000));
    double worst = Double.MAX_VALUE;
    for (Map.Entry<String, byte[]> text : texts().entrySet()) {
      double best = 0;
      for (int round = 0; round < ROUNDS; round++) {
        EgressExecution execution = filter.openSession(index).begin((channel, bytes) -> {});
        long begin = CpuClock.nanos();
        execution.write(Channel.STDOUT, text.getValue());
        execution.finish();
        best = Math.max(best, text.getValue().length / 1e6 / ((CpuClock.nanos() - begin) / 1e9));
      }
      table.note(text.getKey(), best, "MB/s");
      worst = Math.min(worst, best);
    }
    table.atLeast("slowest", worst, 50, "MB/s");
  }

  private static Map<String, byte[]> texts() {
    Random random = new Random(9);
    Map<String, byte[]> texts = new LinkedHashMap<>();
    texts.put("anchor flood", repeat("ghp_"));
    texts.put("assignment flood", repeat("key=token=secret:password="));
    texts.put("passwords", repeat("PASSWORD=hunter2x\n"));
    texts.put("credentials", repeat("  \"client_secret\": \"x8Kd93kfLs93kd\",\n"));
    texts.put("near misses", repeat("ghp_1B4a2e77838347a7E420ce178F2E7c6912E "));
    texts.put("dots and tokens", repeat("eyJhbGciOiJIUzI1NiJ9."));
    texts.put("addresses", repeat("https://user:"));
    texts.put(
        "one line of base64",
        Base64.getEncoder().encodeToString(bytes(random, SIZE * 3 / 4)).getBytes(UTF_8));
    texts.put("nested base64", nested());
    texts.put("zip bombs", bombs());
    texts.put("random bytes", bytes(random, SIZE));
    texts.put("zeros", new byte[SIZE]);
    texts.put("escapes", repeat("\\u0041%42&#67;"));
    texts.put("numbers", repeat("104, 101, "));
    texts.put("spelled", repeat("a b c d "));
    texts.put("private key headers", repeat("-----BEGIN PRIVATE KEY-----\n"));
    texts.put("curl flood", repeat("curl -u "));
    texts.put("kind: secret flood", repeat("kind: Secret\n"));
    texts.put("headers", repeat("\"password\",\"token\",\"name\"\n"));
    texts.put("prose of keys", repeat("the key for it, it's 42. "));
    texts.put("quotes", repeat("token=\"'`"));
    return texts;
  }

  private static byte[] repeat(String piece) {
    return piece.repeat(SIZE / piece.length()).getBytes(UTF_8);
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] nested() {
    byte[] inner = "harmless text inside of it all ".repeat(60_000).getBytes(UTF_8);
    for (int i = 0; i < 5; i++) {
      inner = Base64.getEncoder().encode(inner);
    }
    return inner;
  }

  private static byte[] bombs() {
    Deflater deflater = new Deflater(9);
    deflater.setInput(new byte[1 << 22]);
    deflater.finish();
    byte[] buffer = new byte[1 << 16];
    int length = deflater.deflate(buffer);
    deflater.end();
    String one =
        Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(buffer, length)) + "\n--\n";
    return repeat(one);
  }
}
