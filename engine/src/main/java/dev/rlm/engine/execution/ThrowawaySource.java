package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.Sandbox;
import dev.rlm.engine.sandbox.pool.SandboxLease;
import dev.rlm.engine.sandbox.pool.SandboxPool;
import java.util.Optional;

/** Gives each execution a sandbox of its own, which is destroyed afterwards. */
public final class ThrowawaySource implements SandboxSource {

  private final SandboxPool pool;
  private final Egress egress;

  /** Creates the source over a pool. */
  public ThrowawaySource(SandboxPool pool, Egress egress) {
    this.pool = pool;
    this.egress = egress;
  }

  @Override
  public Use take(Optional<GuestContext> context, Deadline deadline) throws InterruptedException {
    Egress.Session way = egress.open(context);
    SandboxLease lease = pool.take(deadline);
    return new Use() {
      @Override
      public Sandbox sandbox() {
        return lease.sandbox();
      }

      @Override
      public Egress.Session egress() {
        return way;
      }

      @Override
      public boolean warm() {
        return lease.warm();
      }

      @Override
      public void close() {
        lease.close();
      }
    };
  }
}
