package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;

/**
 * A request to run code, as it stands on the wire.
 *
 * @param code Python source
 * @param context JSON for the variable {@code context}
 * @param contextId a stored context instead
 * @param timeout seconds, not yet checked against the bounds
 */
record ExecuteRequest(String code, Optional<JsonNode> context, Optional<String> contextId, Optional<JsonNode> timeout) {

  private static final Set<String> FIELDS = Set.of("code", "context", "context_id", "timeout");

  /**
   * Reads a body.
   *
   * @throws ApiException when it is not a valid request
   */
  static ExecuteRequest read(JsonNode body) {
    Fields fields = Fields.of(body, FIELDS);
    Optional<JsonNode> context = fields.value("context");
    Optional<String> contextId = fields.text("context_id");
    if (context.isPresent() && contextId.isPresent()) {
      throw new ApiException(ErrorCode.INVALID_REQUEST, "send either \"context\" or \"context_id\", not both");
    }
    String code =
        fields
            .text("code")
            .orElseThrow(
                () ->
                    new ApiException(
                        ErrorCode.INVALID_REQUEST, "the field \"code\" is missing: send the Python source to run"));
    return new ExecuteRequest(code, context, contextId, fields.value("timeout").filter(node -> !node.isNull()));
  }
}
