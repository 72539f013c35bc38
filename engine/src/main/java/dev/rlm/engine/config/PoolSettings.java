package dev.rlm.engine.config;

import java.time.Duration;

/**
 * How many sandboxes wait, and how many sessions there may be.
 *
 * @param size sandboxes that are kept waiting
 * @param parallel how many are made at one time when somebody waits for one
 * @param ceiling sandboxes that may live at one time, waiting or in use
 * @param maxSessions sessions that may live at one time
 * @param sessionTimeToLive how long a session lives that is not used
 */
public record PoolSettings(
    int size, int parallel, int ceiling, int maxSessions, Duration sessionTimeToLive) {}
