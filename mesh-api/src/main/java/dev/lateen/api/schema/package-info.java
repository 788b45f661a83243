/** The words in which a record states its own shape, defaults, ranges and rules, and the one reader of those words. */
@NullMarked
package dev.lateen.api.schema;

import org.jspecify.annotations.NullMarked;
