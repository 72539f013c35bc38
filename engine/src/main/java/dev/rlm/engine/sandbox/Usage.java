package dev.rlm.engine.sandbox;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an execution used, measured by the host.
 *
 * @param wall time from handing over the code to its end
 * @param cpu processor time of the whole sandbox in that time; empty where the host cannot read it
 * @param memoryPeak largest memory use of the sandbox in its life, in bytes; empty where the host cannot read it
 */
public record Usage(Duration wall, Optional<Duration> cpu, OptionalLong memoryPeak) {}
