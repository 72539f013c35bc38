/** The HTTP interface: routes, wire records and one mapping from errors to responses. */
@NullMarked
package dev.rlm.engine.api;

import org.jspecify.annotations.NullMarked;
