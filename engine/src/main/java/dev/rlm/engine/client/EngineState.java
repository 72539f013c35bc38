package dev.rlm.engine.client;

import dev.rlm.engine.sandbox.Isolation;

/**
 * What an engine says of itself.
 *
 * @param ready whether it can run code now
 * @param problems why it cannot, in words; empty when it can
 * @param isolation what is in force in its sandboxes
 */
public record EngineState(boolean ready, String problems, Isolation isolation) {}
