/** Sandboxes as throwaway containers of a Docker daemon. */
@NullMarked
package dev.rlm.engine.sandbox.docker;

import org.jspecify.annotations.NullMarked;
