package dev.rlm.engine.config;

import dev.rlm.engine.sandbox.ByteSize;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How contexts are stored.
 *
 * @param dataFolder where they lie; each engine has a folder of its own in it
 * @param budget how much disk they may take together
 * @param timeToLive how long one lives that is not used
 */
public record ContextSettings(Path dataFolder, ByteSize budget, Duration timeToLive) {}
