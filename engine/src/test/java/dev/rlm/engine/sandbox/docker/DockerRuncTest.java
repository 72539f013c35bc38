package dev.rlm.engine.sandbox.docker;

import dev.rlm.engine.sandbox.RuntimePreference;
import org.junit.jupiter.api.Tag;

/** Sandboxes under plain runc. */
@Tag("docker")
final class DockerRuncTest extends DockerRuntimeContract {

  DockerRuncTest() {
    super(RuntimePreference.RUNC);
  }
}
