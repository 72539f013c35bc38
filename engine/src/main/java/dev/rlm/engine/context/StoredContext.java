package dev.rlm.engine.context;

import java.time.Duration;
import java.time.Instant;

/**
 * What is told of a context to its owner.
 *
 * @param id names it
 * @param contentHash SHA-256 of the document, in 64 hexadecimal digits
 * @param text whether the guest sees it as text, else as bytes
 * @param bytes length in bytes
 * @param characters length as text; in bytes of what is not text
 * @param created when it was stored
 * @param idle how long it has not been used
 */
public record StoredContext(
    ContextId id, String contentHash, boolean text, long bytes, long characters, Instant created, Duration idle) {}
