/**
 * Internal: rules as data and what they need to be read and checked. Not part of the public
 * interface.
 */
@NullMarked
package dev.rlm.egress.rule;

import org.jspecify.annotations.NullMarked;
