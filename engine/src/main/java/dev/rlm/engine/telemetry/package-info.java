/** Meters and log set-up. */
@NullMarked
package dev.rlm.engine.telemetry;

import org.jspecify.annotations.NullMarked;
