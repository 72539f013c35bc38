package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What leaves while a context document is still being prepared. */
class UnfinishedIndexTest {

  private static final String SECRET =
      "ghp_" + Samples.random(new Random(5), "abcdefghijkLMNOPQRSTUV0123456789", 36);

  private final String document = prose(11) + "token: " + SECRET + "\n" + prose(12);
  private final Queue<Runnable> indexing = new ArrayDeque<>();
  private final CompletableFuture<ContextSecrets> secrets = new CompletableFuture<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private static String prose(int seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    while (text.length() < 50_000) {
      text.append(Samples.random(random, "abcdefghijklmnopqrstuvwxyz", 2 + random.nextInt(8)))
          .append(' ');
    }
    return text.toString();
  }

  private EgressSession open(EgressFilter filter) {
    MemorySegment context = MemorySegment.ofArray(document.getBytes(UTF_8));
    return filter.openSession(filter.index(context, secrets, indexing::add));
  }

  private void findSecrets(EgressFilter filter) throws IOException {
    secrets.complete(filter.secrets(new ByteArrayInputStream(document.getBytes(UTF_8))));
  }

  private void buildIndex() {
    indexing.remove().run();
  }

  @AfterEach
  void close() {
    secrets.cancel(false);
    indexing.forEach(Runnable::run);
    threads.close();
  }

  private static void assertWaits(Future<?> future) {
    assertThrows(TimeoutException.class, () -> future.get(50, TimeUnit.MILLISECONDS));
  }

  @Test
  void outputWithinTheBudgetLeavesAtOnceAndCountsAsACopy() throws Exception {
    EgressFilter filter = EgressFilter.builder().build();
    EgressSession session = open(filter);
    findSecrets(filter);

    FilteredText one = session.filter(Channel.STDOUT, "no copy of anything, ".repeat(50));

    assertEquals("no copy of anything, ".repeat(50), one.text());
    assertEquals(
        List.of("context-uncompared"),
        one.report().findings().stream().map(Finding::ruleId).toList());
    assertEquals(1_050, session.echoReleased().get(Channel.STDOUT));
    assertEquals("short", session.filter(Channel.STDOUT, "short").text());
    assertEquals(1_050, session.echoReleased().get(Channel.STDOUT));
  }

  @Test
  void outputBeyondTheBudgetWaitsUntilItCanBeCompared() throws Exception {
    EgressFilter filter = EgressFilter.builder().build();
    EgressSession session = open(filter);
    findSecrets(filter);
    String harmless = "no copy of anything, ".repeat(300);

    Future<FilteredText> waiting = threads.submit(() -> session.filter(Channel.STDOUT, harmless));

    assertWaits(waiting);
    buildIndex();
    assertEquals(harmless, waiting.get(30, TimeUnit.SECONDS).text());
    String copied = session.filter(Channel.STDOUT, document.substring(1_000, 20_000)).text();
    assertTrue(copied.length() < 4_100, copied.length() + " characters");
  }

  @Test
  void whereNoCopyMayLeaveAllOutputWaits() throws Exception {
    EgressFilter filter =
        EgressFilter.builder().policy(EgressPolicy.defaults().withEcho(EchoMode.DENY)).build();
    EgressSession session = open(filter);
    findSecrets(filter);

    Future<FilteredText> waiting =
        threads.submit(() -> session.filter(Channel.STDOUT, document.substring(1_000, 1_100)));

    assertWaits(waiting);
    buildIndex();
    assertEquals("[REDACTED:context-echo]", waiting.get(30, TimeUnit.SECONDS).text().strip());
  }

  @Test
  void allOutputWaitsForTheSecretsOfTheDocument() throws Exception {
    EgressFilter filter = EgressFilter.builder().build();
    EgressSession session = open(filter);
    buildIndex();

    Future<FilteredText> waiting =
        threads.submit(() -> session.filter(Channel.STDOUT, "half of it: " + SECRET));

    assertWaits(waiting);
    findSecrets(filter);
    assertFalse(waiting.get(30, TimeUnit.SECONDS).text().contains(SECRET));
  }

  @Test
  void nothingLeavesWhenTheSecretsCannotBeFound() {
    EgressFilter filter = EgressFilter.builder().build();
    EgressSession session = open(filter);
    secrets.completeExceptionally(new IOException("the disk is gone"));

    assertEquals("[REDACTED:filter-failure]", session.filter(Channel.STDOUT, "text").text());
  }

  @Test
  void copiesOfEarlierDocumentsOfASessionAreFoundToo() {
    EgressFilter filter = EgressFilter.builder().build();
    String other = prose(21);
    EgressSession session = filter.openSession(filter.index(document.getBytes(UTF_8)));

    session.add(filter.index(other.getBytes(UTF_8)));

    for (String text : List.of(document, other)) {
      String copied = session.filter(Channel.STDOUT, text.substring(1_000, 20_000)).text();
      assertTrue(copied.length() < 4_100, copied.length() + " characters");
    }
  }
}
