package dev.rlm.sandbox.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.command.InspectImageResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.images.ImagePullPolicy;
import org.testcontainers.utility.DockerImageName;

/**
 * The promises of the sandbox image, without the agent's guard or the engine's limits around it.
 */
@Tag("image")
final class SandboxImageTest {
  private static final long LARGEST_IMAGE_BYTES = 80_000_000;
  private static final Duration LONGEST_RUN = Duration.ofSeconds(60);

  /** The image is built here: there is no registry that has it. */
  static final ImagePullPolicy NEVER_PULL = image -> false;

  /**
   * Every regular file and folder outside the kernel's own file systems, as (path, mode, owner).
   */
  private static final String WALK =
      """
      import os, stat
      def entries():
          for folder, folders, files in os.walk("/"):
              folders[:] = [f for f in folders if os.path.join(folder, f) not in ("/proc", "/sys", "/dev")]
              for path in [folder] + [os.path.join(folder, f) for f in files]:
                  status = os.lstat(path)
                  if not stat.S_ISLNK(status.st_mode):
                      yield path, status.st_mode, status.st_uid
      """;

  @Test
  void carriesTheContentHashOfItsSources() {
    var labels = inspect().getConfig();
    assertEquals(
        Map.of("dev.rlm.image.content", property("content")),
        Objects.requireNonNull(labels).getLabels());
  }

  @Test
  void isSmall() {
    long bytes = Objects.requireNonNull(inspect().getSize());
    assertTrue(bytes < LARGEST_IMAGE_BYTES, bytes + " bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"runc", "runsc"})
  void runsAsAUserWithoutRights(String runtime) {
    assertEquals(
        "65534 65534 /tmp",
        run(runtime, "import os; print(os.getuid(), os.getgid(), os.getcwd())"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"runc", "runsc"})
  void hasNoProgramButPythonAndTheLoader(String runtime) {
    assertEquals(
        "['/usr/bin/python3.13', 'ld-linux']",
        run(
            runtime,
            WALK
                + """
                programs = [p for p, mode, _ in entries() if stat.S_ISREG(mode) and mode & 0o111 and p != "/.dockerenv"]
                print(sorted("ld-linux" if "/ld-linux" in p else p for p in programs))
                """));
  }

  @ParameterizedTest
  @ValueSource(strings = {"runc", "runsc"})
  void hasNoSetuidFileAndNothingToWriteToButTmp(String runtime) {
    assertEquals(
        "[] ['/tmp'] []",
        run(
            runtime,
            WALK
                + """
                found = [e for e in entries() if e[0] != "/.dockerenv"]
                print([p for p, mode, _ in found if mode & (stat.S_ISUID | stat.S_ISGID)],
                      [p for p, mode, _ in found if mode & (stat.S_IWOTH | stat.S_IWGRP)],
                      [p for p, _, owner in found if owner != 0])
                """));
  }

  @ParameterizedTest
  @ValueSource(strings = {"runc", "runsc"})
  void keepsTheShadowFileFromTheUser(String runtime) {
    assertEquals(
        "[Errno 13] Permission denied: '/etc/shadow'",
        run(
            runtime,
            """
            try:
                open("/etc/shadow")
            except PermissionError as error:
                print(error)
            """));
  }

  @ParameterizedTest
  @ValueSource(strings = {"runc", "runsc"})
  void refusesToImportSubprocess(String runtime) {
    assertEquals(
        "ImportError subprocess is not available in this sandbox",
        run(
            runtime,
            """
            try:
                import subprocess
            except ImportError as error:
                print(type(error).__name__, error)
            """));
  }

  @ParameterizedTest
  @ValueSource(strings = {"runc", "runsc"})
  void runsAsyncioAndThreadsWithoutSubprocess(String runtime) {
    assertEquals(
        "6 [Errno 1] starting a program is not permitted in this sandbox",
        run(
            runtime,
            """
            import asyncio
            from concurrent.futures import ThreadPoolExecutor

            async def main():
                loop = asyncio.get_running_loop()
                with ThreadPoolExecutor(3) as pool:
                    total = sum(await asyncio.gather(*(loop.run_in_executor(pool, int, n) for n in "123")))
                try:
                    await asyncio.create_subprocess_exec("/usr/bin/python3")
                except PermissionError as error:
                    print(total, error)

            asyncio.run(main())
            """));
  }

  /** Every module of the standard library imports, but for those that are meant to be absent. */
  @ParameterizedTest
  @ValueSource(strings = {"runc", "runsc"})
  void hasTheStandardLibrary(String runtime) {
    assertEquals(
        "curses ensurepip idlelib pydoc_data readline subprocess tkinter turtle turtledemo venv",
        run(
            runtime,
            """
            import importlib, sys
            other_systems = {"msvcrt", "nt", "ntpath", "winreg", "winsound"}
            side_effects = {"antigravity", "this"}
            missing = []
            for name in sorted(sys.stdlib_module_names - other_systems - side_effects):
                if not name.startswith("_"):
                    try:
                        importlib.import_module(name)
                    except ImportError:
                        missing.append(name)
            print(*missing)
            """));
  }

  @ParameterizedTest
  @ValueSource(strings = {"runc", "runsc"})
  void treatsHelperProgramsAsMissingWhereTheStandardLibraryLooksForThem(String runtime) {
    assertEquals(
        "None  True",
        run(
            runtime,
            """
            import ctypes.util, platform, uuid
            print(ctypes.util.find_library("nothing"), platform.processor(), uuid.getnode() > 0)
            """));
  }

  @ParameterizedTest
  @ValueSource(strings = {"runc", "runsc"})
  void hasCompiledEveryModule(String runtime) {
    assertEquals(
        "[]",
        run(
            runtime,
            """
            import importlib.util, os, pathlib
            sources = [*pathlib.Path("/usr/lib/python3.13").rglob("*.py"), *pathlib.Path("/opt/rlm").rglob("*.py")]
            print([str(s) for s in sources if not os.path.exists(importlib.util.cache_from_source(s))])
            """));
  }

  private static String run(String runtime, String code) {
    try (var container = new GenericContainer<>(imageName())) {
      container
          .withImagePullPolicy(NEVER_PULL)
          .withCreateContainerCmdModifier(
              create ->
                  Objects.requireNonNull(create.getHostConfig())
                      .withRuntime(runtime)
                      .withNetworkMode("none"))
          .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(LONGEST_RUN))
          .withCommand("/usr/bin/python3", "-I", "-c", code)
          .start();
      return container.getLogs(OutputType.STDOUT).strip();
    }
  }

  private static InspectImageResponse inspect() {
    return DockerClientFactory.lazyClient()
        .inspectImageCmd(imageName().asCanonicalNameString())
        .exec();
  }

  /** Returns the image that was built from these sources. */
  static DockerImageName imageName() {
    return DockerImageName.parse(property("name")).withTag(property("content").substring(0, 12));
  }

  private static String property(String key) {
    var properties = new Properties();
    try (InputStream resource =
        SandboxImageTest.class.getResourceAsStream("/dev/rlm/sandbox/image.properties")) {
      properties.load(Objects.requireNonNull(resource, "the jar has no image.properties"));
    } catch (IOException e) {
      throw new IllegalStateException("image.properties cannot be read", e);
    }
    return Objects.requireNonNull(properties.getProperty(key), key);
  }
}
