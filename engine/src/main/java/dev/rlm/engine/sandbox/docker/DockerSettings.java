package dev.rlm.engine.sandbox.docker;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.RuntimePreference;

/**
 * How to make sandboxes with a Docker daemon.
 *
 * @param host the daemon, as in {@code DOCKER_HOST}
 * @param runtime which OCI runtime to use
 * @param image name of the sandbox image, empty for the one that set-up builds; whatever its name, the image must be the one
 *     this engine was built for
 * @param network whether sandboxes may be asked for with a network
 * @param outputLimit how much one execution may write before it is killed
 */
public record DockerSettings(
    String host, RuntimePreference runtime, String image, boolean network, ByteSize outputLimit) {}
