/** Typed settings, read once from the environment. */
@NullMarked
package dev.rlm.engine.config;

import org.jspecify.annotations.NullMarked;
