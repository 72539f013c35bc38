package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The messages of a chat as a question and what it is about: the last text of the last message of the user's is the question,
 * everything else the context.
 *
 * @param query the question; of one that is longer than {@value #MAX_QUERY} characters head and tail, and all of it is in the context
 * @param context the one other text as it is; of several, each under a line that says what it is; empty when there is none
 */
record Conversation(String query, String context) {

  /** The model reads the question with each of its turns, so that a document does not belong there. */
  static final int MAX_QUERY = 16_000;

  private static final int HEAD = 4_000;
  private static final int TAIL = 4_000;
  private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool", "function");
  private static final Pattern DATA_URL = Pattern.compile("data:[^,]{0,200};base64,", Pattern.CASE_INSENSITIVE);

  /**
   * A text that somebody said.
   *
   * @param title who, or which file
   * @param file whether it is a document that came with a message
   */
  private record Piece(String title, String text, boolean file) {}

  /**
   * Reads messages.
   *
   * @throws ApiException when they are none that can be answered
   */
  static Conversation of(JsonNode messages) {
    if (!messages.isArray() || messages.isEmpty()) {
      throw wrong("messages", "the field \"messages\" is not a list of messages: send at least one of the role user");
    }
    int last = lastOfUser(messages);
    List<Piece> others = new ArrayList<>();
    String query = "";
    for (int i = 0; i < messages.size(); i++) {
      List<Piece> pieces = pieces(messages.path(i), "messages[%d]".formatted(i));
      if (i == last) {
        int question = lastText(pieces);
        query = pieces.remove(question).text();
      }
      others.addAll(pieces);
    }
    if (query.length() > MAX_QUERY) {
      others.add(new Piece("user, the whole question", query, false));
      query = shortened(query);
    }
    return new Conversation(query, context(others));
  }

  private static int lastOfUser(JsonNode messages) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.path(i).path("role").asText().equals("user")) {
        return i;
      }
    }
    throw wrong("messages", "no message has the role user: the last one that has is the question");
  }

  private static int lastText(List<Piece> pieces) {
    for (int i = pieces.size() - 1; i >= 0; i--) {
      if (!pieces.get(i).file()) {
        return i;
      }
    }
    throw wrong("messages", "the last message of the user has no text: that is the question");
  }

  private static List<Piece> pieces(JsonNode message, String place) {
    String role = message.path("role").asText();
    if (!ROLES.contains(role)) {
      throw wrong(place + ".role", "%s.role is not one of system, developer, user, assistant, tool".formatted(place));
    }
    JsonNode content = message.path("content");
    List<Piece> pieces = new ArrayList<>();
    if (content.isTextual()) {
      add(pieces, new Piece(role, content.textValue(), false));
    } else if (content.isArray()) {
      for (int i = 0; i < content.size(); i++) {
        add(pieces, piece(role, content.path(i), "%s.content[%d]".formatted(place, i)));
      }
    } else if (!role.equals("assistant") || !(content.isNull() || content.isMissingNode())) {
      throw wrong(place + ".content", "%s.content is neither text nor a list of parts".formatted(place));
    }
    return pieces;
  }

  private static void add(List<Piece> pieces, Piece piece) {
    if (!piece.text().isBlank()) {
      pieces.add(piece);
    }
  }

  private static Piece piece(String role, JsonNode part, String place) {
    String type = part.path("type").asText();
    return switch (type) {
      case "text", "refusal" -> {
        JsonNode text = part.path(type);
        if (!text.isTextual()) {
          throw wrong(place, "%s has no field \"%s\" of text".formatted(place, type));
        }
        yield new Piece(role, text.textValue(), false);
      }
      case "file" -> new Piece("file " + part.path("file").path("filename").asText("without a name"), file(part, place), true);
      default ->
          throw wrong(
              place, "%s is a part of the type \"%s\": text, and files of text, can be read".formatted(place, type));
    };
  }

  private static String file(JsonNode part, String place) {
    JsonNode data = part.path("file").path("file_data");
    if (!data.isTextual()) {
      throw wrong(place, "%s has no file_data: send the file itself, in Base64; there are no uploaded files".formatted(place));
    }
    Matcher url = DATA_URL.matcher(data.textValue());
    String base64 = url.lookingAt() ? data.textValue().substring(url.end()) : data.textValue();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Base64.getDecoder().decode(base64))).toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw wrong(place, "%s is a file whose file_data is not text in UTF-8, in Base64: send the text of it".formatted(place));
    }
  }

  private static String shortened(String query) {
    int head = query.offsetByCodePoints(0, query.codePointCount(0, HEAD));
    int tail = query.length() - TAIL;
    if (Character.isLowSurrogate(query.charAt(tail))) {
      tail++;
    }
    return "%s\n\n[%d characters are left out here; all of it is in the variable context]\n\n%s"
        .formatted(query.substring(0, head), tail - head, query.substring(tail));
  }

  private static String context(List<Piece> pieces) {
    if (pieces.size() == 1) {
      return pieces.getFirst().text();
    }
    StringBuilder text = new StringBuilder();
    for (Piece piece : pieces) {
      text.append("=== %s (%d characters) ===\n".formatted(piece.title(), piece.text().length()));
      text.append(piece.text()).append("\n\n");
    }
    return text.toString();
  }

  /** Returns the question with the context before it, for when the context is something else. */
  String together() {
    return context.isEmpty() ? query : "What was said before:\n\n%s\n\nThe question:\n\n%s".formatted(context.strip(), query);
  }

  private static ApiException wrong(String field, String message) {
    return new ApiException(ErrorCode.INVALID_REQUEST, message, field);
  }
}
