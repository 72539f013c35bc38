package dev.rlm.engine.repl;

import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.ExecutionListener;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.session.Session;
import dev.rlm.engine.session.SessionRegistry;
import java.time.Duration;
import java.util.Optional;

/** Workspaces that are sessions of this engine. */
public final class SessionWorkspaces implements Workspace.Factory {

  /** No caller has this name: callers see no session of a run. */
  private static final String OWNER = "engine:runs";

  private final SessionRegistry sessions;

  /** Opens workspaces among these sessions. */
  public SessionWorkspaces(SessionRegistry sessions) {
    this.sessions = sessions;
  }

  @Override
  public Workspace open(GuestContext context, boolean nested) throws InterruptedException {
    return new SessionWorkspace(sessions, sessions.open(OWNER, Optional.of(context)), nested);
  }

  private record SessionWorkspace(SessionRegistry sessions, Session session, boolean nested) implements Workspace {

    @Override
    public BlockResult run(String code, Duration timeout, HostCalls calls) throws InterruptedException {
      Execution execution =
          sessions.execute(
              session, new ExecutionCommand(code, Optional.empty(), timeout, calls, nested), ExecutionListener.NONE);
      return new BlockResult(
          execution.outcome().label(),
          execution.stdout(),
          execution.stderr(),
          execution.result(),
          execution.error(),
          execution.truncated() ? Optional.empty() : Optional.of(execution.locals().keySet()),
          !session.hasEnded(),
          execution.findings());
    }

    @Override
    public Egress.Session egress() {
      return session.egress();
    }

    @Override
    public void close() {
      sessions.close(OWNER, session.id().value());
    }
  }
}
