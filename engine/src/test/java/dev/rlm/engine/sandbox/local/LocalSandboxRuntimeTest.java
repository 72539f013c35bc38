package dev.rlm.engine.sandbox.local;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.SandboxRuntime;
import dev.rlm.engine.sandbox.SandboxRuntimeContract;
import dev.rlm.engine.sandbox.SandboxSpec;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/** Sandboxes that are none. */
@Tag("local")
final class LocalSandboxRuntimeTest extends SandboxRuntimeContract {

  @Override
  protected SandboxRuntime open() {
    return new LocalSandboxRuntime("python3", Path.of("..", "sandbox-image", "agent"), OUTPUT_LIMIT);
  }

  @Override
  protected SandboxSpec spec() {
    return new SandboxSpec(
        new ResourceLimits(ByteSize.mebibytes(512), 50, 1.0, ByteSize.mebibytes(64)), false, false);
  }
}
