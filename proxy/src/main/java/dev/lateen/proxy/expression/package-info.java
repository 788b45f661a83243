/** Expressions in CEL over what is known of a request or connection: filters of access logs and values of metric labels. Pure. */
@NullMarked
package dev.lateen.proxy.expression;

import org.jspecify.annotations.NullMarked;
