package dev.rlm.engine.sandbox.docker;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.RuntimePreference;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How to make sandboxes with a Docker daemon.
 *
 * @param host the daemon, as in {@code DOCKER_HOST}
 * @param runtime which OCI runtime to use
 * @param image name of the sandbox image, empty for the one that set-up builds; whatever its name, the image must be the one
 *     this engine was built for
 * @param network whether sandboxes may be asked for with a network
 * @param outputLimit how much one execution may write before it is killed
 * @param files a folder of this engine's alone, in which each sandbox gets one that it can read; empty, or of no use where the
 *     daemon is on another machine, sends files over the sandbox's standard input
 */
public record DockerSettings(
    String host, RuntimePreference runtime, String image, boolean network, ByteSize outputLimit, Optional<Path> files) {

  /** Settings for sandboxes that read no files of this machine. */
  public DockerSettings(
      String host, RuntimePreference runtime, String image, boolean network, ByteSize outputLimit) {
    this(host, runtime, image, network, outputLimit, Optional.empty());
  }
}
