package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a sandbox is, seen from the machine; and that an engine whose sandboxes are something else does not serve. */
@Tag("security")
@Tag("escape")
final class PostureTest {

  private static final String NONE = "0000000000000000";

  @ParameterizedTest
  @EnumSource(Cell.class)
  void aSandboxIsAsNarrowAsItMustBe(Cell cell) {
    Map<String, String> variables =
        Map.of("RLM_DOCKER_RUNTIME", cell.runtime(), "RLM_GUARD", cell.guard() ? "on" : "off", "RLM_POOL_SIZE", "1");
    try (EngineProcess engine = EngineProcess.start(variables)) {
      InspectContainerResponse container = waiting(engine);

      assertEquals(List.of(), Posture.violations(container));
      HostProcess process = new HostProcess(Objects.requireNonNull(container.getState().getPidLong()));
      Map<String, String> status = process.status();
      assertEquals("1", status.get("NoNewPrivs"));
      assertEquals("2", status.get("Seccomp"));
      assertEquals(NONE, status.get("CapAmb"));
      if (cell.runtime().equals("runc")) {
        assertPlain(container, process, status, cell.guard());
      } else {
        assertSentry(process, status);
      }
    }
  }

  private static void assertPlain(
      InspectContainerResponse container, HostProcess process, Map<String, String> status, boolean guard) {
    assertEquals(List.of("cgroup", "ipc", "mnt", "net", "pid", "uts"), process.ownNamespaces());
    for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd")) {
      assertEquals(NONE, status.get(set), set);
    }
    String user = String.valueOf(container.getConfig().getUser()).replaceFirst(":.*", "");
    assertEquals(String.join("\t", user, user, user, user), status.get("Uid"));
    assertEquals(guard ? "2" : "1", status.get("Seccomp_filters"), "the profile's filter, and the guard's on top");
    assertEquals(
        Set.of("/dev/null", "pipe", "anon_inode:[eventfd]", "anon_inode:[timerfd]"), Set.copyOf(process.descriptors()));
  }

  /** The sentry has few capabilities, and those in a user namespace of its own; no file outside of the sandbox's own tree. */
  private static void assertSentry(HostProcess process, Map<String, String> status) {
    assertTrue(
        process.ownNamespaces().containsAll(List.of("ipc", "mnt", "net", "user", "uts")), process.ownNamespaces().toString());
    assertEquals(status.get("CapPrm"), status.get("CapBnd"), "it cannot get more than it has");
    for (String target : process.descriptors()) {
      assertFalse(
          target.matches(".*docker\\.sock|.*containerd\\.sock|/dev/(sd|vd|nvme|kvm|mem).*|/etc/shadow|/root/\\.ssh.*"),
          target);
    }
  }

  /** Images that are ours but for one file each, which makes another promise untrue. Python falls back to a source whose bytecode is broken. */
  @ParameterizedTest
  @CsvSource({
    "etc/shadow, etc/shadow, open /etc/shadow is allowed",
    "usr/lib/python3.13/subprocess.py, usr/lib/python3.13/__pycache__/subprocess.cpython-313.pyc, import subprocess is allowed",
    "opt/rlm/agent/guard.py, opt/rlm/agent/__pycache__/guard.cpython-313.pyc, guard",
  })
  void anEngineWhoseSandboxesAreSomethingElseDoesNotServe(String file, String bytecode, String said, @TempDir Path folder)
      throws IOException, InterruptedException {
    Files.createFile(folder.resolve("changed"));
    Files.writeString(
        folder.resolve("Dockerfile"),
        "FROM %s\nCOPY changed /%s\nCOPY changed /%s\n".formatted(ourImage(), file, bytecode));
    String image =
        Containers.daemon().buildImageCmd(folder.toFile()).exec(new BuildImageResultCallback()).awaitImageId();
    EngineProcess engine = EngineProcess.launch(Map.of("RLM_DOCKER_RUNTIME", "runc", "RLM_SANDBOX_IMAGE", image));
    try {
      assertNotEquals(0, engine.awaitExit());
      assertTrue(Containers.soon(() -> engine.log().contains(said)), engine::log);
    } finally {
      engine.close();
      Containers.daemon().removeImageCmd(image).withForce(true).exec();
    }
  }

  private static String ourImage() throws IOException, InterruptedException {
    Process asked = new ProcessBuilder(System.getProperty("rlm.home") + "/sandbox-image/content-hash").start();
    String content = new String(asked.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertEquals(0, asked.waitFor());
    return "rlm-sandbox:" + content.substring(0, 12);
  }

  private static InspectContainerResponse waiting(EngineProcess engine) {
    assertTrue(Containers.soon(() -> engine.get("/metrics").body().contains("rlm_pool_idle 1.0")));
    String name = Containers.ofEngine(engine.engineId()).getFirst().substring(1);
    return Containers.daemon().inspectContainerCmd(name).exec();
  }
}
