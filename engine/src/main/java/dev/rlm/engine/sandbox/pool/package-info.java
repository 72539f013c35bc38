/** Warm, never-used sandboxes, each handed out once. */
@NullMarked
package dev.rlm.engine.sandbox.pool;

import org.jspecify.annotations.NullMarked;
