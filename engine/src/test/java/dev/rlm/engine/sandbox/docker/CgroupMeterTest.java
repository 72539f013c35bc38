package dev.rlm.engine.sandbox.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rlm.engine.sandbox.protocol.SandboxProcess.Consumption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CgroupMeterTest {

  private static final String ID = "4f2c".repeat(16);

  @TempDir Path folder;
  private Path membership = Path.of("unset");
  private Path root = Path.of("unset");

  @BeforeEach
  void prepare() throws IOException {
    membership = folder.resolve("cgroup");
    root = Files.createDirectory(folder.resolve("root"));
  }

  @Test
  void readsVersionTwo() throws IOException {
    Files.writeString(membership, "0::/system.slice/docker-%s.scope\n".formatted(ID));
    String group = "system.slice/docker-%s.scope/".formatted(ID);
    file(group + "cpu.stat", "usage_usec 1234567\nuser_usec 1\nsystem_usec 2\n");
    file(group + "memory.peak", "987654321\n");
    assertEquals(
        new Consumption(Optional.of(Duration.ofNanos(1_234_567_000)), OptionalLong.of(987_654_321)), read());
  }

  @Test
  void readsVersionOne() throws IOException {
    Files.writeString(
        membership,
        """
        12:memory:/docker/%1$s
        4:cpu,cpuacct:/docker/%1$s
        3:cpuset:/docker/%1$s
        1:name=systemd:/docker/%1$s
        0::/
        """
            .formatted(ID));
    file("cpuacct/docker/" + ID + "/cpuacct.usage", "1234567890\n");
    file("memory/docker/" + ID + "/memory.max_usage_in_bytes", "4096\n");
    assertEquals(new Consumption(Optional.of(Duration.ofNanos(1_234_567_890)), OptionalLong.of(4_096)), read());
  }

  @Test
  void readsTheUnifiedGroupOfAMachineThatHasBothWhereOnlyThatHasFiles() throws IOException {
    Files.writeString(membership, "1:name=systemd:/docker/%1$s\n0::/docker/%1$s\n".formatted(ID));
    file("docker/" + ID + "/cpu.stat", "usage_usec 5\n");
    assertEquals(new Consumption(Optional.of(Duration.ofNanos(5_000)), OptionalLong.empty()), read());
  }

  @Test
  void readsNothingOfAGroupThatIsNotTheContainers() throws IOException {
    Files.writeString(membership, "0::/system.slice/ssh.service\n");
    file("system.slice/ssh.service/cpu.stat", "usage_usec 5\n");
    file("system.slice/ssh.service/memory.peak", "5\n");
    assertEquals(Consumption.UNKNOWN, read());
  }

  @Test
  void readsNothingWhereThereIsNoSuchProcess() {
    assertEquals(Consumption.UNKNOWN, read());
  }

  @Test
  void readsNothingWhereTheFilesAreMissing() throws IOException {
    Files.writeString(membership, "0::/docker/%s\nnonsense\n".formatted(ID));
    assertEquals(Consumption.UNKNOWN, read());
  }

  @Test
  void readsNothingOnceTheContainerHasEnded() throws IOException {
    Files.writeString(membership, "0::/docker/%s\n".formatted(ID));
    Path cpu = file("docker/" + ID + "/cpu.stat", "usage_usec 5\n");
    Path memory = file("docker/" + ID + "/memory.peak", "5\n");
    CgroupMeter meter = CgroupMeter.of(membership, root, ID);
    Files.delete(cpu);
    Files.delete(memory);
    assertEquals(Consumption.UNKNOWN, meter.read());
  }

  @Test
  void readsNothingOfFilesThatSaySomethingElse() throws IOException {
    Files.writeString(membership, "0::/docker/%s\n".formatted(ID));
    file("docker/" + ID + "/cpu.stat", "usage_usec \n");
    file("docker/" + ID + "/memory.peak", "max\n");
    assertEquals(Consumption.UNKNOWN, read());
  }

  @Test
  void knowsNothingWithoutGroups() {
    assertEquals(Consumption.UNKNOWN, CgroupMeter.NONE.read());
  }

  private Path file(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private Consumption read() {
    return CgroupMeter.of(membership, root, ID).read();
  }
}
