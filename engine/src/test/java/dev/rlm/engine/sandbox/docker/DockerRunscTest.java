package dev.rlm.engine.sandbox.docker;

import dev.rlm.engine.sandbox.RuntimePreference;
import org.junit.jupiter.api.Tag;

/** Sandboxes under gVisor. */
@Tag("docker")
final class DockerRunscTest extends DockerRuntimeContract {

  DockerRunscTest() {
    super(RuntimePreference.RUNSC);
  }
}
