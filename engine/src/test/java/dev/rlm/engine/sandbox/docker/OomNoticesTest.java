package dev.rlm.engine.sandbox.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With control groups of this machine's kernel: those of version 1 alone give notice. */
final class OomNoticesTest {

  private static final Path GROUPS = Path.of("/sys/fs/cgroup/memory");

  private final Path group = GROUPS.resolve("rlm-test-" + UUID.randomUUID());

  @BeforeEach
  void makeGroup() throws IOException {
    assumeTrue(Files.isWritable(GROUPS.resolve("cgroup.event_control")), "this kernel's control groups are not of version 1");
    Files.createDirectory(group);
    Files.writeString(group.resolve("memory.limit_in_bytes"), Integer.toString(16 << 20));
  }

  @AfterEach
  void removeGroup() throws IOException {
    Files.deleteIfExists(group);
  }

  @Test
  void hearsThatMemoryRanOut() throws Exception {
    try (OomNotices notices = OomNotices.of(group)) {
      assertEquals(137, run("tail /dev/zero"));
      assertTrue(notices.ranOut());
      assertTrue(notices.ranOut());
    }
  }

  @Test
  void hearsItWhenTheGroupIsGoneToo() throws Exception {
    try (OomNotices notices = OomNotices.of(group)) {
      assertEquals(137, run("tail /dev/zero"));
      Files.delete(group);
      assertTrue(comes(notices));
    }
  }

  @Test
  void takesAnEndForNoMore() throws Exception {
    try (OomNotices notices = OomNotices.of(group)) {
      assertEquals(137, run("exit 137"));
      assertFalse(notices.ranOut());
      Files.delete(group);
      Thread.sleep(Duration.ofMillis(300)); // The kernel's notice of that comes a little later.
      assertFalse(notices.ranOut());
    }
  }

  @Test
  void hearsNothingOfAGroupThatIsGone() throws IOException {
    Files.delete(group);
    assertEquals(OomNotices.NONE, OomNotices.of(group));
    assertFalse(OomNotices.NONE.ranOut());
  }

  @Test
  void hearsNothingWhenItIsClosed() throws Exception {
    OomNotices notices = OomNotices.of(group);
    notices.close();
    notices.close();
    assertEquals(137, run("tail /dev/zero"));
    assertFalse(notices.ranOut());
  }

  /** Runs a command in the group and gives its exit status. */
  private int run(String command) throws IOException, InterruptedException {
    return new ProcessBuilder("sh", "-c", "echo 0 > %s/cgroup.procs; (%s); exit $?".formatted(group, command))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private static boolean comes(OomNotices notices) throws InterruptedException {
    for (int n = 0; n < 600 && !notices.ranOut(); n++) {
      Thread.sleep(Duration.ofMillis(10));
    }
    return notices.ranOut();
  }
}
