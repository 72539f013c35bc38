/** A client of the engine's public HTTP interface: the command line talks to every engine through it, its own included. */
@NullMarked
package dev.rlm.engine.client;

import org.jspecify.annotations.NullMarked;
