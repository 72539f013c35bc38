package dev.rlm.engine.sandbox.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.BindOptions;
import com.github.dockerjava.api.model.BindPropagation;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Ulimit;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.SandboxSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a sandbox's container may do: the whole of it, in one place. A pure function of its arguments that touches nothing, so
 * that a test can compare its result with a golden file.
 */
final class ContainerPolicy {

  private static final long CPU_PERIOD_MICROS = 100_000;

  /**
   * The least weight there is: a sandbox gives way to everything else that wants a processor. The engine and the daemon must get one
   * when a guest is to be ended. With Docker's 1,024 the kernel's fair scheduler (seen with 6.18, two processors, three guests with a
   * quota of one each) does not see to that: a thread of the machine's was late by 280 ms at the worst, and by 8 ms with this
   * ({@code ./rlm bench starvation}); while the security suite ran, by up to 27 s. In between it is in between.
   */
  private static final int CPU_SHARES = 2;

  private static final long OPEN_FILES = 256;
  private static final long TEMPORARY_FILE_COUNT = 4_096;

  /** Processor seconds after which the kernel ends a sandbox that outlived its engine. */
  private static final long CPU_SECONDS = 3_600;

  /** Sandboxes go before anything else when the machine itself runs out of memory. */
  private static final int OOM_SCORE = 500;

  /**
   * Host threads that gVisor may use besides those of the guest. Under gVisor the pids cgroup counts the sentry's own threads,
   * about 26 at rest, and a sentry that cannot start one dies: so the cgroup gets room, and the guest's own limit is enforced
   * inside the sentry by {@code RLIMIT_NPROC}.
   */
  private static final int SENTRY_THREADS = 206;

  private ContainerPolicy() {}

  /**
   * What differs from one container to the next.
   *
   * @param name the container's name
   * @param imageId the image, by content
   * @param runtime the daemon's name of the OCI runtime
   * @param uid the user and group that the guest runs as, unique among the live sandboxes of this machine
   * @param labels who made it
   * @param seccompProfile the profile for the container, as JSON; gVisor ignores it and has its own
   * @param files the folder of this machine that the guest may read; empty: none
   */
  record Identity(
      String name,
      String imageId,
      String runtime,
      int uid,
      Map<String, String> labels,
      String seccompProfile,
      Optional<String> files) {}

  /** Fills in a create command. */
  static CreateContainerCmd apply(CreateContainerCmd command, SandboxSpec spec, Identity identity) {
    String user = identity.uid() + ":" + identity.uid();
    return command
        .withName(identity.name())
        .withImage(identity.imageId())
        .withUser(user)
        .withWorkingDir("/tmp")
        .withHostName("sandbox")
        .withEntrypoint("/usr/bin/python3", "-I", "-B", "/opt/rlm/agent")
        .withCmd("--guard=" + (spec.guard() ? "on" : "off"), "--network=" + (spec.network() ? "on" : "off"))
        .withEnv("PATH=/usr/bin", "HOME=/tmp", "LANG=C.UTF-8")
        .withLabels(identity.labels())
        .withHealthcheck(new HealthCheck().withTest(List.of("NONE")))
        .withNetworkDisabled(!spec.network())
        .withAttachStdin(true)
        .withAttachStdout(true)
        .withAttachStderr(true)
        .withStdinOpen(true)
        .withStdInOnce(true)
        .withTty(false)
        .withHostConfig(hostConfig(spec, identity));
  }

  private static HostConfig hostConfig(SandboxSpec spec, Identity identity) {
    ResourceLimits limits = spec.limits();
    boolean sentry = isGvisor(identity.runtime());
    HostConfig config = hostConfig(spec, identity, limits, sentry);
    identity.files().ifPresent(folder -> config.withMounts(List.of(readOnly(folder))));
    return config;
  }

  /** Unlike a bind in the old form, a mount of a folder that is not there is refused, and nothing is made in its place. */
  private static Mount readOnly(String folder) {
    return new Mount()
        .withType(MountType.BIND)
        .withSource(folder)
        .withTarget(GuestFiles.GUEST_FOLDER)
        .withReadOnly(true)
        .withBindOptions(new BindOptions().withPropagation(BindPropagation.R_PRIVATE));
  }

  private static HostConfig hostConfig(
      SandboxSpec spec, Identity identity, ResourceLimits limits, boolean sentry) {
    return HostConfig.newHostConfig()
        .withRuntime(identity.runtime())
        .withNetworkMode(spec.network() ? "bridge" : "none")
        .withDns("127.0.0.1")
        .withDnsSearch(".")
        .withMemory(limits.memory().bytes())
        .withMemorySwap(limits.memory().bytes())
        .withPidsLimit((long) limits.processes() + (sentry ? SENTRY_THREADS : 0))
        .withCpuShares(CPU_SHARES)
        .withCpuPeriod(CPU_PERIOD_MICROS)
        .withCpuQuota(Math.round(limits.cpus() * CPU_PERIOD_MICROS))
        .withOomScoreAdj(OOM_SCORE)
        .withCapDrop(Capability.ALL)
        .withSecurityOpts(List.of("no-new-privileges:true", "seccomp=" + identity.seccompProfile()))
        .withPrivileged(false)
        .withIpcMode("none")
        .withCgroupnsMode("private")
        .withReadonlyRootfs(true)
        .withTmpFs(
            Map.of(
                "/tmp",
                "rw,noexec,nosuid,nodev,mode=0700,uid=%1$d,gid=%1$d,size=%2$d,nr_inodes=%3$d"
                    .formatted(identity.uid(), limits.temporaryFiles().bytes(), TEMPORARY_FILE_COUNT)))
        .withUlimits(ulimits(limits, sentry))
        .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
        .withRestartPolicy(RestartPolicy.noRestart())
        .withAutoRemove(false);
  }

  private static List<Ulimit> ulimits(ResourceLimits limits, boolean sentry) {
    List<Ulimit> always =
        List.of(
            new Ulimit("core", 0L, 0L),
            new Ulimit("cpu", CPU_SECONDS, CPU_SECONDS),
            new Ulimit("fsize", limits.temporaryFiles().bytes(), limits.temporaryFiles().bytes()),
            new Ulimit("nofile", OPEN_FILES, OPEN_FILES));
    if (!sentry) {
      return always; // The pids cgroup counts the guest's own processes and threads.
    }
    long processes = limits.processes();
    return java.util.stream.Stream.concat(
            always.stream(), java.util.stream.Stream.of(new Ulimit("nproc", processes, processes)))
        .toList();
  }

  static boolean isGvisor(String runtime) {
    return runtime.startsWith("runsc");
  }
}
