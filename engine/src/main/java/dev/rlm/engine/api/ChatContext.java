package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.rlm.engine.context.ContextStore;
import dev.rlm.engine.sandbox.GuestContext;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Question and context of a chat as a run takes them. A large context is stored, and forgotten again when this is closed.
 */
final class ChatContext implements AutoCloseable {

  /** From this size on, in bytes, a context is read where it lies; below it is a plain text in the sandbox either way. */
  static final int STORED_FROM = 1 << 20;

  private final String query;
  private final Optional<GuestContext> guest;
  private final Runnable forget;

  private ChatContext(String query, Optional<GuestContext> guest, Runnable forget) {
    this.query = query;
    this.guest = guest;
    this.forget = forget;
  }

  /**
   * Makes the context ready.
   *
   * @throws dev.rlm.engine.context.ContextException when there is no such stored context, or no room for a large one
   * @throws ApiException when there is a stored one, and more was said before than goes into a question
   */
  static ChatContext of(ChatRequest request, String caller, ContextStore contexts) {
    Conversation conversation = request.conversation();
    if (request.contextId().isPresent()) {
      return new ChatContext(
          together(conversation), Optional.of(contexts.guest(caller, request.contextId().get())), () -> {});
    }
    if (conversation.context().isEmpty()) {
      return new ChatContext(conversation.query(), Optional.empty(), () -> {});
    }
    byte[] text = conversation.context().getBytes(StandardCharsets.UTF_8);
    if (text.length < STORED_FROM) {
      String json = Json.text(TextNode.valueOf(conversation.context()));
      return new ChatContext(conversation.query(), Optional.of(new GuestContext.Json(json)), () -> {});
    }
    String id =
        contexts
            .put(
                caller,
                new ByteArrayInputStream(text),
                OptionalLong.of(text.length),
                ContextStore.Form.TEXT,
                Optional.empty())
            .id()
            .value();
    return new ChatContext(
        conversation.query(), Optional.of(contexts.guest(caller, id)), () -> contexts.delete(caller, id));
  }

  private static String together(Conversation conversation) {
    String query = conversation.together();
    if (query.length() > Conversation.MAX_QUERY) {
      throw new ApiException(
          ErrorCode.INVALID_REQUEST,
          "the messages have %d characters; with \"rlm.context_id\" they go before the model, and may have %d"
              .formatted(query.length(), Conversation.MAX_QUERY),
          "messages");
    }
    return query;
  }

  String query() {
    return query;
  }

  Optional<GuestContext> guest() {
    return guest;
  }

  @Override
  public void close() {
    forget.run();
  }
}
