package dev.rlm.engine.sandbox.docker;

import dev.rlm.engine.sandbox.RuntimePreference;
import org.junit.jupiter.api.Tag;

/** Stored contexts under gVisor. */
@Tag("docker")
final class DockerRunscContextsTest extends DockerContextsContract {

  DockerRunscContextsTest() {
    super(RuntimePreference.RUNSC);
  }
}
