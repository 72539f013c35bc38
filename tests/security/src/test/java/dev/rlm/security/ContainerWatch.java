package dev.rlm.security;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Inspects every container that an engine starts, at once, and notes which rules of {@link Posture} it breaks. */
final class ContainerWatch implements AutoCloseable {

  private final Set<String> violations = new TreeSet<>();
  private final ResultCallback.Adapter<Event> events;
  private int inspected;

  ContainerWatch(String engineId) {
    this.events =
        Containers.daemon()
            .eventsCmd()
            .withEventFilter("start")
            .withLabelFilter("dev.rlm.engine=" + engineId)
            .exec(
                new ResultCallback.Adapter<>() {
                  @Override
                  public void onNext(Event event) {
                    inspect(event.getId());
                  }
                });
  }

  private synchronized void inspect(String id) {
    try {
      InspectContainerResponse container = Containers.daemon().inspectContainerCmd(id).exec();
      violations.addAll(Posture.violations(container));
      inspected++;
    } catch (NotFoundException e) {
      // Gone already: the next one is like it.
    }
  }

  /** Returns the rules that any container broke. */
  synchronized List<String> violations() {
    return new ArrayList<>(violations);
  }

  synchronized int inspected() {
    return inspected;
  }

  @Override
  public void close() {
    try {
      events.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
