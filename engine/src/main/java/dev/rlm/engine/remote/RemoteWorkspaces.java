package dev.rlm.engine.remote;

import dev.rlm.engine.client.ClientException;
import dev.rlm.engine.client.ContextValue;
import dev.rlm.engine.client.EngineClient;
import dev.rlm.engine.client.RemoteSession;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.repl.Workspace;
import dev.rlm.engine.sandbox.GuestContext;
import java.util.Optional;

/**
 * Workspaces that are sessions of another engine, the execution plane: the public interface is all that this one knows of it. What
 * leaves a sandbox passes that engine's filter, and then this one's. Safe for use by many threads.
 */
public final class RemoteWorkspaces implements Workspace.Factory {

  private static final String CONTEXT_NOT_FOUND = "context_not_found";

  private final EngineClient client;
  private final Egress egress;
  private final Documents documents;

  /** Opens workspaces in the engine that {@code runtime} is connected to. */
  public RemoteWorkspaces(RemoteRuntime runtime, Egress egress) {
    this.client = runtime.client();
    this.egress = egress;
    this.documents = new Documents(client);
  }

  @Override
  public Workspace open(GuestContext context, boolean nested) throws InterruptedException {
    Egress.Session way = egress.open(Optional.of(context));
    try {
      return switch (context) {
        case GuestContext.Json(String json) ->
            new RemoteWorkspace(session(new ContextValue.Json(json)), way, nested, () -> {});
        case GuestContext.Stored stored -> open(documents.use(stored), way, nested);
      };
    } catch (ClientException e) {
      throw RemoteRuntime.unavailable(e);
    }
  }

  private Workspace open(Documents.Document document, Egress.Session way, boolean nested) throws InterruptedException {
    boolean opened = false;
    try {
      Workspace workspace = new RemoteWorkspace(session(document), way, nested, document::close);
      opened = true;
      return workspace;
    } finally {
      if (!opened) {
        document.close();
      }
    }
  }

  private RemoteSession session(Documents.Document document) throws InterruptedException {
    String id = document.id("");
    try {
      return session(new ContextValue.Stored(id));
    } catch (ClientException.RefusedException e) {
      if (!e.problem().code().equals(CONTEXT_NOT_FOUND)) {
        throw e;
      }
      return session(new ContextValue.Stored(document.id(id))); // It was not used for too long, or that engine is a new one.
    }
  }

  private RemoteSession session(ContextValue context) throws InterruptedException {
    return client.openSession(Optional.of(context));
  }
}
