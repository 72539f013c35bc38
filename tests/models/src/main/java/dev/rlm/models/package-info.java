/** Models whose answers are written by tests, behind the wire format of real ones. */
@NullMarked
package dev.rlm.models;

import org.jspecify.annotations.NullMarked;
