/** Attacks on a running engine, over HTTP, as a client would make them. */
@NullMarked
package dev.rlm.security;

import org.jspecify.annotations.NullMarked;
