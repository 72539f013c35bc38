package dev.rlm.engine.sandbox.docker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.BindPropagation;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.core.command.CreateContainerCmdImpl;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.SandboxSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole of what a container may do, as the daemon is told. The golden files are what goes over the wire, without
 * what is null; {@code -Dgolden.write=true} writes them anew, for a person to read the difference.
 */
final class ContainerPolicyTest {

  private static final ResourceLimits LIMITS =
      new ResourceLimits(ByteSize.mebibytes(512), 50, 1.0, ByteSize.mebibytes(64));
  private static final int UID = 23_456;
  private static final String FILES = "/var/lib/rlm/engine/mounts/rlm-test";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .build();

  /** A kind of container, by the name of its golden file. */
  private record Kind(String name, String runtime, boolean network, boolean guard, Optional<String> files) {

    Kind(String name, String runtime, boolean network, boolean guard) {
      this(name, runtime, network, guard, Optional.empty());
    }

    CreateContainerCmd command() {
      return ContainerPolicyTest.command(runtime, new SandboxSpec(LIMITS, network, guard), files);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Kind> kinds() {
    return Stream.of(
        new Kind("runsc", "runsc", false, true),
        new Kind("runc", "runc", false, true),
        new Kind("runsc-network", "runsc", true, true),
        new Kind("runc-network", "runc", true, true),
        new Kind("runsc-files", "runsc", false, true, Optional.of(FILES)),
        new Kind("runc-files", "runc", false, true, Optional.of(FILES)),
        new Kind("runsc-no-guard", "runsc", false, false),
        new Kind("runc-no-guard", "runc", false, false));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void isWhatTheGoldenFileSays(Kind kind) throws IOException {
    JsonNode tree = JSON.readTree(JSON.writeValueAsString(kind.command()));
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withArrayIndenter(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
    String actual = JSON.writer(printer).writeValueAsString(JSON.treeToValue(tree, Object.class)) + "\n";
    String file = "container-%s.json".formatted(kind.name());
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(
          Path.of("src/test/resources", ContainerPolicyTest.class.getPackageName().replace('.', '/'), file), actual);
      return;
    }
    try (InputStream golden = ContainerPolicyTest.class.getResourceAsStream(file)) {
      assertNotNull(golden, () -> file + " is missing: -Dgolden.write=true writes it");
      assertEquals(new String(golden.readAllBytes(), StandardCharsets.UTF_8), actual);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void takesEveryPrivilegeWhateverTheKind(Kind kind) {
    HostConfig host = host(kind);
    assertEquals(false, host.getPrivileged());
    assertEquals("[ALL]", List.of(present(host.getCapDrop())).toString());
    assertNull(host.getCapAdd());
    assertEquals(true, host.getReadonlyRootfs());
    assertEquals(
        List.of("no-new-privileges:true", "seccomp={\"defaultAction\":\"SCMP_ACT_ERRNO\"}"), host.getSecurityOpts());
    assertEquals("none", host.getIpcMode());
    assertEquals("private", host.getCgroupnsMode());
    assertNull(host.getPidMode(), "the default is a process namespace of its own");
    assertNull(host.getUsernsMode(), "the daemon decides, and only \"host\" would weaken it");
    assertNull(host.getUtSMode());
    assertEquals(UID + ":" + UID, kind.command().getUser());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void sharesNothingWithTheMachine(Kind kind) {
    HostConfig host = host(kind);
    for (Object[] shared :
        new Object[][] {
          host.getBinds(), host.getVolumesFrom(), host.getDevices(), host.getLinks(), host.getExtraHosts()
        }) {
      assertEquals(List.of(), shared == null ? List.of() : List.of(shared));
    }
    if (kind.files().isEmpty()) {
      assertNull(host.getMounts());
    }
    assertNull(host.getDeviceRequests());
    assertNull(host.getDeviceCgroupRules());
    assertNull(host.getPublishAllPorts());
    assertTrue(host.getPortBindings() == null || host.getPortBindings().getBindings().isEmpty());
    assertEquals("none", present(host.getLogConfig()).getType().getType(), "a log would fill the machine's disk");
    assertEquals(0, kind.command().getVolumes() == null ? 0 : kind.command().getVolumes().length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"runsc-files", "runc-files"})
  void showsOneFolderReadOnlyAndNothingWritable(String kind) {
    List<Mount> mounts = present(host(kind(kind)).getMounts());
    assertEquals(1, mounts.size());
    Mount mount = mounts.getFirst();
    assertEquals(MountType.BIND, mount.getType(), "a folder that is not there is refused, not made");
    assertEquals(FILES, mount.getSource());
    assertEquals("/context", mount.getTarget());
    assertEquals(true, mount.getReadOnly());
    assertEquals(BindPropagation.R_PRIVATE, present(mount.getBindOptions()).getPropagation());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void boundsMemoryProcessorProcessesAndFiles(Kind kind) {
    HostConfig host = host(kind);
    assertEquals(512L << 20, host.getMemory());
    assertEquals(host.getMemory(), host.getMemorySwap(), "memory and swap together");
    assertEquals(2, host.getCpuShares());
    assertEquals(100_000L, host.getCpuPeriod());
    assertEquals(100_000L, host.getCpuQuota());
    assertEquals(
        "{/tmp=rw,noexec,nosuid,nodev,mode=0700,uid=23456,gid=23456,size=67108864,nr_inodes=4096}",
        present(host.getTmpFs()).toString());
    assertTrue(present(host.getOomScoreAdj()) > 0, "sandboxes go before the engine does");
    assertNull(host.getOomKillDisable());
    assertEquals(false, host.getAutoRemove(), "the end of a container is inspected before it is removed");
  }

  @Test
  void countsTheGuestsProcessesWhereTheRuntimeDoes() {
    assertEquals(50L, host(kind("runc")).getPidsLimit(), "the cgroup counts the guest's own");
    assertEquals(List.of("core 0 0", "cpu 3600 3600", "fsize 67108864 67108864", "nofile 256 256"), ulimits("runc"));
    assertEquals(256L, host(kind("runsc")).getPidsLimit(), "the cgroup counts the sentry's threads as well");
    assertTrue(ulimits("runsc").contains("nproc 50 50"), "the sentry counts the guest's own");
  }

  @Test
  void hasNoNetworkUnlessItIsAskedFor() {
    for (String runtime : List.of("runsc", "runc")) {
      assertEquals("none", host(kind(runtime)).getNetworkMode());
      assertEquals(true, kind(runtime).command().isNetworkDisabled());
      assertEquals("bridge", host(kind(runtime + "-network")).getNetworkMode());
      assertEquals(false, kind(runtime + "-network").command().isNetworkDisabled());
    }
  }

  @Test
  void tellsTheAgentWhatHolds() {
    assertArrayEquals(new String[] {"--guard=on", "--network=off"}, kind("runsc").command().getCmd());
    assertArrayEquals(new String[] {"--guard=on", "--network=on"}, kind("runsc-network").command().getCmd());
    assertArrayEquals(new String[] {"--guard=off", "--network=off"}, kind("runsc-no-guard").command().getCmd());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void carriesNoSecretAndNothingOfACaller(Kind kind) {
    CreateContainerCmd command = kind.command();
    assertArrayEquals(new String[] {"PATH=/usr/bin", "HOME=/tmp", "LANG=C.UTF-8"}, command.getEnv());
    assertEquals(Map.of("dev.rlm.engine", "id"), command.getLabels());
    assertEquals("sandbox", command.getHostName());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void attachesTheStreamsAndEndsStandardInputWithTheEngine(Kind kind) {
    CreateContainerCmd command = kind.command();
    assertEquals(true, command.isAttachStdin());
    assertEquals(true, command.isAttachStdout());
    assertEquals(true, command.isAttachStderr());
    assertEquals(true, command.isStdinOpen());
    assertEquals(true, command.isStdInOnce(), "the agent ends when its host is gone");
    assertEquals(false, command.isTty());
  }

  @ParameterizedTest
  @CsvSource({"0.5, 50000", "2, 200000", "1.5, 150000", "0.01, 1000", "64, 6400000"})
  void turnsCoresIntoAQuota(double cpus, long quota) {
    ResourceLimits limits = new ResourceLimits(LIMITS.memory(), 50, cpus, LIMITS.temporaryFiles());
    HostConfig host = present(command("runc", new SandboxSpec(limits, false, true), Optional.empty()).getHostConfig());
    assertEquals(quota, host.getCpuQuota());
  }

  @Test
  void knowsGvisorByItsName() {
    assertTrue(ContainerPolicy.isGvisor("runsc"));
    assertTrue(ContainerPolicy.isGvisor("runsc-kvm"));
    assertTrue(!ContainerPolicy.isGvisor("runc"));
  }

  private static List<String> ulimits(String kind) {
    return Stream.of(present(host(kind(kind)).getUlimits()))
        .map(limit -> "%s %d %d".formatted(limit.getName(), limit.getSoftLong(), limit.getHardLong()))
        .toList();
  }

  private static Kind kind(String name) {
    return kinds().filter(kind -> kind.name().equals(name)).findFirst().orElseThrow();
  }

  private static HostConfig host(Kind kind) {
    return present(kind.command().getHostConfig());
  }

  private static <T> T present(@Nullable T value) {
    assertNotNull(value);
    return value;
  }

  private static CreateContainerCmd command(String runtime, SandboxSpec spec, Optional<String> files) {
    return ContainerPolicy.apply(
        new CreateContainerCmdImpl(_ -> { throw new AssertionError("the policy touches nothing"); }, null, "image"),
        spec,
        new ContainerPolicy.Identity(
            "rlm-test",
            "sha256:0123",
            runtime,
            UID,
            Map.of("dev.rlm.engine", "id"),
            "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
            files));
  }
}
