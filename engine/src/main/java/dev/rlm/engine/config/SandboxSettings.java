package dev.rlm.engine.config;

import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.RuntimePreference;

/**
 * What sandboxes are made of.
 *
 * @param mode containers, or the unsafe child process
 * @param runtime which OCI runtime: {@code auto}, {@code runsc} or {@code runc}
 * @param dockerHost the daemon
 * @param image name of the sandbox image; empty for the one that set-up builds
 * @param network whether sandboxes have a network
 * @param guard whether the agent loads its system call filter
 * @param limits what one sandbox may use
 * @param home folder of this installation
 * @param python interpreter of the local mode
 */
public record SandboxSettings(
    Mode mode,
    RuntimePreference runtime,
    String dockerHost,
    String image,
    boolean network,
    boolean guard,
    ResourceLimits limits,
    String home,
    String python) {

  /** Where code runs. */
  public enum Mode {
    /** In a throwaway container. */
    DOCKER,
    /** As a child process, with no isolation. */
    LOCAL
  }
}
