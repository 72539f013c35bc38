package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rlm.engine.repl.RunEvent;
import dev.rlm.engine.repl.RunListener;
import dev.rlm.engine.repl.RunOutcome;
import dev.rlm.engine.repl.RunResult;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers a request for a chat completion in chunks: the role, what happens in the run as {@code reasoning_content}, the answer as
 * {@code content}, why it ended, the usage where it is asked for, and {@code [DONE]}. Comments keep the connection alive in between.
 */
final class ChatStream {

  private static final Logger log = LoggerFactory.getLogger(ChatStream.class);

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String MEDIA_TYPE = "text/event-stream";
  private static final String KEEPALIVE = ": keep-alive\n\n";
  private static final Event DONE = Event.Data.of("[DONE]");

  private final Context ctx;
  private final HttpEvents events;
  private final Instant created;
  private final boolean includeUsage;

  /** Creates the answer to a request that was not answered yet. */
  ChatStream(Context ctx, Instant created, boolean includeUsage) {
    this.ctx = ctx;
    this.events = new HttpEvents(ctx, MEDIA_TYPE, ChatStream::bytes);
    this.created = created;
    this.includeUsage = includeUsage;
  }

  private static byte[] bytes(Event event) {
    String text = event instanceof Event.Data data ? "data: %s\n\n".formatted(data.text()) : KEEPALIVE;
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Runs something, hearing of it as it runs. */
  @FunctionalInterface
  interface Work {
    RunResult run(RunListener listener) throws InterruptedException;
  }

  /**
   * Sends all of the answer. What goes wrong before the run has begun is thrown; after that it is a part of the stream.
   *
   * @throws EventSink.ClientGoneException when the client is gone; the run was broken off
   */
  void answer(Work work) throws InterruptedException {
    try {
      send(work);
    } catch (EventSink.ClientGoneException e) {
      throw e;
    } catch (RuntimeException | InterruptedException e) {
      if (!events.begun()) {
        throw e;
      }
      String detail = Errors.problem(e, RequestId.of(ctx)).detail();
      fail(OpenAiError.of(Errors.code(e), detail, Optional.empty()));
    }
  }

  private void send(Work work) throws InterruptedException {
    KeptAlive client = new KeptAlive(events);
    Listener listener = new Listener(client);
    RunResult result;
    try {
      result = work.run(listener);
    } finally {
      client.stop();
    }
    if (result.outcome() == RunOutcome.FAILED) {
      fail(ChatRoutes.failure(result));
      return;
    }
    ChatCompletion completion = listener.completion();
    events.send(data(completion.chunk(JSON.objectNode().put("content", result.answer()))));
    events.send(data(completion.lastChunk(result)));
    if (includeUsage) {
      events.send(data(completion.usageChunk(result)));
    }
    events.send(DONE);
  }

  private void fail(OpenAiError error) {
    try {
      events.send(Event.Data.of(Json.text(error.json())));
      events.send(DONE);
    } catch (EventSink.ClientGoneException e) {
      log.debug("there is nobody left to tell of the end", e);
    }
  }

  /** As OpenAI has it, every chunk but the one with the usage says that it has none. */
  private Event data(ObjectNode chunk) {
    if (includeUsage && !chunk.has("usage")) {
      chunk.putNull("usage");
    }
    return Event.Data.of(Json.text(chunk));
  }

  /** Passes on what happens in the run. */
  private final class Listener implements RunListener {

    private final KeptAlive client;
    private @Nullable ChatCompletion completion;

    Listener(KeptAlive client) {
      this.client = client;
    }

    ChatCompletion completion() {
      if (completion == null) {
        throw new IllegalStateException("a run that never began has ended");
      }
      return completion;
    }

    @Override
    public void on(RunEvent event) {
      if (event instanceof RunEvent.Started started) {
        completion = new ChatCompletion(started.run(), started.model(), created);
        client.send(data(completion.chunk(JSON.objectNode().put("role", "assistant").put("content", ""))));
        client.start();
      } else {
        RunProgress.text(event)
            .ifPresent(text -> client.send(data(completion().chunk(JSON.objectNode().put("reasoning_content", text)))));
      }
    }
  }
}
